"""Going to another company: the page that carries the ticket over, and the door on the other host."""

from datetime import UTC, datetime
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from tenants.closing import while_closed
from tenants.context import current_tenant
from tenants.members import signing
from tenants.members.sessions import proof_of
from tenants.members.switching.queries import get_places
from tenants.members.switching.tickets import SwitchRefused, issue, redeem
from tenants.middleware import TenantRequest
from tenants.policy import for_form_to
from tenants.queries import find_tenant_by_host, get_tenant_name
from tenants.refusals import NotFound
from tenants.settings_pages import signed_in


@while_closed
@never_cache
@require_POST
@signed_in
def leave(request: TenantRequest) -> HttpResponse:
    """Answer a form with a ticket for the other host, which a script sends at once, and a button where none runs."""
    member, wanted = request.member, _wanted(request)
    if member is None or member.session is None:
        raise NotFound
    place = next((place for place in get_places(member=member, request=request) if place.id == wanted), None)
    if place is None:
        raise NotFound
    origin = request.build_absolute_uri("/")[:-1]
    ticket = issue(
        to=place.id,
        member=member,
        session=member.session,
        password=request.session["password"],
        origin=origin,
        proof=proof_of(session=request.session),
    )
    context = {"place": place, "ticket": ticket, "company": get_tenant_name(tenant=current_tenant())}
    response = render(request, "tenants/switch.html", context)
    response.headers["Content-Security-Policy"] = for_form_to(url=place.url)
    response.headers["Referrer-Policy"] = "strict-origin"  # or the form would not say from which host it comes
    return response


@csrf_exempt  # it comes from another host; what it shows instead is signed, used once, and bound to that host's origin
@while_closed
@never_cache
@sensitive_post_parameters("ticket")
@require_POST
def arrive(request: TenantRequest) -> HttpResponse:
    """Let in whoever shows a ticket, if the company's rules do: the session of before here ends."""
    origin, now = request.headers.get("Origin", ""), datetime.now(UTC)
    if find_tenant_by_host(host=origin.partition("://")[2]) is None:
        raise SwitchRefused
    ticket = request.POST.get("ticket", "")
    switch = redeem(ticket=ticket, tenant=current_tenant(), origin=origin, now=now.timestamp())
    signing.admit(
        request=request, tenant=current_tenant(), person_id=switch.person, proof=switch.proof, now=now, onward="/"
    )
    return HttpResponseRedirect("/")


def _wanted(request: TenantRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("tenant", ""))
    except ValueError:
        return None
