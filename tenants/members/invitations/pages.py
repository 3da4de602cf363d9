"""Accepting an invitation: the page that a mail leads to. The code stands behind the # of the link, or is typed.

First the code alone is looked at; the page that follows asks who is known for their password, and who is new for a name
and a new one, or for the company's own sign-in service.
"""

from datetime import UTC, datetime

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.context import current_tenant
from tenants.members import signing
from tenants.members.invitations.joining import Door, accept, look
from tenants.members.proof import Proof, Way
from tenants.middleware import TenantRequest
from tenants.queries import get_tenant_name
from tenants.refusals import Refusal
from tenants.sso import accepting
from tenants.tries import network_of, say_when


@never_cache
@sensitive_post_parameters("code", "password")
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: TenantRequest) -> HttpResponse:
    """Show the form; look at a code; or accept."""
    if request.method != "POST":
        return _show(request)
    code, now, door = request.POST.get("code", "").strip()[:100], datetime.now(UTC), None
    try:
        door = look(tenant=current_tenant(), code=code, now=now)
        if "password" not in request.POST:
            if door.by_provider:
                accepting.remember(session=request.session, tenant=current_tenant(), code=door.code, now=now)
            return _show(request, door=door, code=code)
        return _accept(request, door, code, now)
    except Refusal as refusal:
        return _show(request, door=door, code=code, refusal=refusal)


def _accept(request: TenantRequest, door: Door, code: str, now: datetime) -> HttpResponse:
    tenant, said = current_tenant(), {field: request.POST.get(field, "") for field in ("name", "password")}
    person = accept(tenant=tenant, place=network_of(request), code=code, now=now, **said)
    way = Way.PASSWORD if door.is_known else Way.INVITATION
    try:
        signing.admit(request=request, tenant=tenant, person_id=person.id, proof=Proof(way=way), now=now, onward="/")
    except Refusal as refusal:
        # They are a member now; what the company asks besides is asked at its door.
        return HttpResponseRedirect(getattr(refusal, "leads_to", "/sign-in"))
    return HttpResponseRedirect("/")


def _show(
    request: TenantRequest, *, door: Door | None = None, code: str = "", refusal: Refusal | None = None
) -> HttpResponse:
    context = {
        "company": get_tenant_name(tenant=current_tenant()),
        "door": door,
        "code": code,
        "name": request.POST.get("name", ""),
        "refusal": refusal,
    }
    response = render(request, "tenants/invitation.html", context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)
