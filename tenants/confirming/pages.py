"""The page that a mail leads to, on the tenant's host, and the line above the others that asks for it.

The code stands behind the # of the link, which no server is ever told; a script puts it into the form.
"""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants.confirming.commands import confirm, send_again
from tenants.confirming.letters import Letter
from tenants.confirming.refusals import NothingToConfirm
from tenants.context import current_tenant
from tenants.members import sessions
from tenants.middleware import TenantRequest
from tenants.provisioning.addresses import url_of
from tenants.queries import get_tenant_name
from tenants.refusals import NotAllowed, Refusal
from tenants.tries import TooManyTries, network_of, say_when


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """Show the form; or take a code, with the password where nobody is signed in."""
    if request.method != "POST":
        return _show(request)
    signed_in = request.member.person_id if request.member else None
    try:
        person, owner = confirm(
            tenant=current_tenant(),
            code=request.POST.get("code", ""),
            place=network_of(request),
            signed_in=signed_in,
            password=request.POST.get("password", ""),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return _show(request, refusal=refusal)
    if person == owner:
        return HttpResponseRedirect("/confirm?done=yes")
    if signed_in == person:
        sessions.end(session=request.session)  # that person is no more
    return HttpResponseRedirect("/confirm?done=joined")


def _show(request: TenantRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    context = {
        "company": get_tenant_name(tenant=current_tenant()),
        "refusal": refusal,
        "done": request.GET.get("done", ""),
        "sent": "sent" in request.GET and refusal is None,
        "ask_password": request.member is None or refusal is not None,
        "unconfirmed": False,  # this page says it all itself
    }
    response = render(request, "tenants/confirm.html", context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)


@never_cache
@require_POST
def again(request: TenantRequest) -> HttpResponse:
    """Send the mail once more to whoever is signed in."""
    if request.member is None:
        raise NotAllowed
    tenant = current_tenant()
    letter = Letter(origin=url_of(tenant=tenant, request=request), language=get_language() or settings.LANGUAGE_CODE)
    try:
        send_again(tenant=tenant, person_id=request.member.person_id, letter=letter, now=datetime.now(UTC))
    except TooManyTries as refusal:
        return _show(request, refusal=refusal)
    except NothingToConfirm:
        return HttpResponseRedirect("/confirm?done=yes")
    return HttpResponseRedirect("/confirm?sent=1")


def banner(request: HttpRequest) -> dict[str, Any]:
    """Give pages what they say above everything else to the people of an unconfirmed tenant (a context processor)."""
    tenant = getattr(request, "tenant", None)
    member = getattr(request, "member", None)
    return {"unconfirmed": bool(member and tenant and not tenant.confirmed), "unconfirmed_member": member}
