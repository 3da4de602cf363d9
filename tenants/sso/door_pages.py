"""Signing in through the company's provider: leaving, coming back, and connecting somebody who is here already.

Leaving is a GET: a form's answer may not lead to another site (form-action), and what it begins lets nobody in.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tenants.audit.noting import NOBODY, Target, note
from tenants.closing import while_closed
from tenants.context import TenantRef, current_tenant, platform_context
from tenants.members import signing
from tenants.members.pages import next_path
from tenants.members.proof import Proof, Way
from tenants.members.refusals import SecondFactorNeeded, WrongCredentials
from tenants.models import Person
from tenants.queries import get_tenant_name
from tenants.refusals import Refusal
from tenants.sso import accepting, going
from tenants.sso.linking import find_meant
from tenants.sso.refusals import SsoRefused, SsoStale
from tenants.tries import TooManyTries, Tries, network_of, say_when

FROM_ONE_PLACE: Final = Tries(name="sso", limit=120)
CONNECT: Final = "/sign-in/sso/connect"
_KEY: Final = "sso_link"


@never_cache
@require_safe
def leave(request: HttpRequest) -> HttpResponse:
    """Send the browser to the company's provider."""
    FROM_ONE_PLACE.spend(key=network_of(request))
    now = datetime.now(UTC)
    onward, tenant = next_path(request), current_tenant()
    code = (
        accepting.find_shown(session=request.session, tenant=tenant, now=now) if "invitation" in request.GET else None
    )
    if "invitation" in request.GET and code is None:
        return HttpResponseRedirect("/invitation")
    url = going.leave(request=request, tenant=tenant, onward=onward, now=now, invitation=code)
    return HttpResponseRedirect(url)


@never_cache
@require_safe
def come_back(request: HttpRequest) -> HttpResponse:
    """Let in whom the provider means, once they have accepted what they were invited to, or ask for their own means."""
    FROM_ONE_PLACE.spend(key=network_of(request))
    tenant, now = current_tenant(), datetime.now(UTC)
    try:
        return _come_back(request, tenant, now)
    except SsoStale:
        raise
    except Refusal as refusal:
        _note_refused(tenant, refusal, now)
        raise


def _come_back(request: HttpRequest, tenant: TenantRef, now: datetime) -> HttpResponse:
    claims, kept = going.come_back(request=request, tenant=tenant, now=now)
    issuer, subject, onward = kept["issuer"], claims["sub"], kept["onward"]
    if kept["invitation"]:
        accepting.accept(tenant=tenant, code=kept["invitation"], issuer=issuer, claims=claims, now=now)
    meant = find_meant(tenant=tenant, issuer=issuer, claims=claims, now=now)
    if meant.asks:
        request.session[_KEY] = {
            "tenant": str(tenant.id),
            "person": str(meant.person_id),
            "link": {"issuer": issuer, "subject": subject},
            "until": (now + going.LASTS).timestamp(),
            "onward": onward,
        }
        return HttpResponseRedirect(CONNECT)
    proof = Proof(way=Way.SSO, tenant=tenant.id)
    try:
        signing.admit(request=request, tenant=tenant, person_id=meant.person_id, proof=proof, now=now)
    except WrongCredentials as error:
        raise SsoRefused from error
    return HttpResponseRedirect(onward)


def _note_refused(tenant: TenantRef, refusal: Refusal, now: datetime) -> None:
    after = {"way": Way.SSO.value, "code": refusal.code}
    with platform_context():
        target = Target(kind="sso", id=str(tenant.id))
        note(tenant=tenant.id, who=NOBODY, action="session.refused", target=target, now=now, after=after)


@while_closed
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def connect(request: HttpRequest) -> HttpResponse:
    """Ask whom the provider has named for their own password, and connect the two where they agree."""
    tenant, now = current_tenant(), datetime.now(UTC)
    kept: Mapping[str, Any] = request.session.get(_KEY) or {}
    if kept.get("tenant") != str(tenant.id) or kept["until"] <= now.timestamp():
        raise SsoStale
    with platform_context():
        person = Person.objects.get(id=kept["person"])
    if request.method != "POST":
        return _ask(request, tenant, person)
    try:
        signing.sign_in_to_link(
            request=request,
            tenant=tenant,
            person_id=person.id,
            password=request.POST.get("password", ""),
            link=kept["link"],
            now=now,
            onward=kept["onward"],
        )
    except SecondFactorNeeded:
        raise
    except (WrongCredentials, TooManyTries) as refusal:
        return _ask(request, tenant, person, refusal)
    return HttpResponseRedirect(kept["onward"])


def _ask(request: HttpRequest, tenant: TenantRef, person: Person, refusal: Refusal | None = None) -> HttpResponse:
    context = {"company": get_tenant_name(tenant=tenant), "email": person.email, "refusal": refusal}
    response = render(request, "tenants/sso_connect.html", context, status=refusal.status if refusal else 200)
    return say_when(response=response, refusal=refusal)
