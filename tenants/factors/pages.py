"""The page of one's own second factors, in the settings. It works without JavaScript but for the security keys."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import segno
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from tenants.closing import while_closed
from tenants.context import current_tenant, platform_context
from tenants.factors import code_apps, commands, security_keys
from tenants.factors.forms import LONGEST_CODE, object_in
from tenants.factors.models import CodeApp
from tenants.factors.proof_form import ask_for_proof, take_proof
from tenants.factors.queries import count_recovery_codes, get_code_apps, get_security_keys
from tenants.factors.refusals import FactorRefused
from tenants.factors.sites import site_of
from tenants.members.member import Member
from tenants.members.proving import begin_ceremony, need_proof, take_ceremony
from tenants.members.sessions import note_factor, was_proved_lately
from tenants.middleware import TenantRequest
from tenants.models import Person
from tenants.refusals import Invalid, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in_to_enrol
from tenants.tries import say_when

PATH: Final = "/settings/second-factor"


@while_closed
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("password", "code", "recovery_code")
@signed_in_to_enrol
def page(request: TenantRequest, member: Member) -> HttpResponse:
    """Show one's second factors; do what one of the forms asks for."""
    if request.method != "POST":
        return _show(request, member)
    now = datetime.now(UTC)
    act = ACTS.get(request.POST.get("do", ""))
    if act is None:
        return HttpResponseRedirect(PATH)
    try:
        if act is not _prove:
            need_proof(session=request.session, now=now)
        more = act(request, member, now)
    except NotFound:
        return HttpResponseRedirect(PATH)
    except Refusal as refusal:
        return _show(request, member, refusal=refusal)
    return _show(request, member, **more) if more else HttpResponseRedirect(PATH)


def _prove(request: TenantRequest, member: Member, now: datetime) -> dict[str, Any]:
    take_proof(request=request, member=member, now=now)
    return {}


def _begin(request: TenantRequest, member: Member, now: datetime) -> dict[str, Any]:
    return {"begun": commands.begin_code_app(member=member, name=request.POST.get("name", ""), now=now)}


def _confirm(request: TenantRequest, member: Member, now: datetime) -> dict[str, Any]:
    app_id, tenant = _id(request), current_tenant()
    try:
        code = request.POST.get("code", "")[:LONGEST_CODE]
        codes = commands.confirm_code_app(tenant=tenant, member=member, app_id=app_id, code=code, now=now)
    except FactorRefused as refusal:
        with platform_context():
            begun = code_apps.find_unconfirmed(person_id=member.person_id, app_id=app_id)
        return {"begun": begun, "refusal": refusal}
    note_factor(session=request.session, factor=True)
    return {"codes": codes, "done": True}


def _add_key(request: TenantRequest, member: Member, now: datetime) -> dict[str, Any]:
    ceremony = take_ceremony(request=request, now=now)
    if ceremony is None:
        raise FactorRefused(field="credential")
    _key, codes = commands.add_security_key(
        tenant=current_tenant(),
        member=member,
        name=request.POST.get("name", ""),
        credential=object_in(request.POST.get("webauthn", "")),
        ceremony=ceremony,
        now=now,
    )
    note_factor(session=request.session, factor=True)
    return {"codes": codes, "done": True}


def _remove(request: TenantRequest, member: Member, now: datetime) -> dict[str, Any]:
    if not commands.remove(tenant=current_tenant(), member=member, factor_id=_id(request), now=now):
        note_factor(session=request.session, factor=False)
    return {}


def _rename(request: TenantRequest, member: Member, _now: datetime) -> dict[str, Any]:
    commands.rename(member=member, factor_id=_id(request), name=request.POST.get("name", ""))
    return {}


def _renew(_request: TenantRequest, member: Member, now: datetime) -> dict[str, Any]:
    return {"codes": commands.renew_recovery_codes(tenant=current_tenant(), member=member, now=now), "done": True}


Act = Callable[[TenantRequest, Member, datetime], dict[str, Any]]
ACTS: Final[Mapping[str, Act]] = {
    "prove": _prove,
    "begin": _begin,
    "confirm": _confirm,
    "add_key": _add_key,
    "remove": _remove,
    "rename": _rename,
    "renew": _renew,
}


def _id(request: TenantRequest) -> UUID:
    try:
        return UUID(request.POST.get("factor", ""))
    except ValueError as error:
        raise NotFound from error


def _show(
    request: TenantRequest,
    member: Member,
    *,
    refusal: Refusal | None = None,
    begun: CodeApp | None = None,
    codes: list[str] | None = None,
    done: bool = False,
) -> HttpResponse:
    now = datetime.now(UTC)
    proved = was_proved_lately(session=request.session, now=now)
    with platform_context():
        person = Person.objects.get(id=member.person_id)
        apps, keys = get_code_apps(person_id=person.id), get_security_keys(person_id=person.id)
        context = {
            "apps": apps,
            "keys": keys,
            "left": count_recovery_codes(person_id=person.id),
            **(_register(request, person, now) if proved else ask_for_proof(request=request, person=person, now=now)),
        }
        secret = code_apps.secret_of(begun) if begun else ""
    context |= {
        "verified": person.verified_at is not None,
        "must": request.candidate is not None,
        "proved": proved,
        "begun": begun,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "codes": codes or [],
        "done": done,
        "keys_here": site_of(host=request.get_host()) is not None,
        "refusal": refusal,
        "detail": refusal.errors[0]["detail"] if isinstance(refusal, Invalid) and refusal.errors else "",
    }
    status = refusal.status if refusal else 200
    response = show_settings(request, template="tenants/second_factor.html", context=context, status=status)
    return say_when(response=response, refusal=refusal)


def _register(request: TenantRequest, person: Person, now: datetime) -> dict[str, Any]:
    """Answer what the page's script gives to a security key that is to be registered."""
    ceremony = begin_ceremony(request=request, now=now)
    options = json.dumps(security_keys.registering(person=person, ceremony=ceremony)) if ceremony else ""
    return {"options": options}


@require_safe
@signed_in_to_enrol
def qr_code(request: TenantRequest, member: Member, factor: UUID) -> HttpResponse:  # noqa: ARG001 # a view's shape
    """The secret of an app that waits for its first code, for its camera."""
    with platform_context():
        app = code_apps.find_unconfirmed(person_id=member.person_id, app_id=factor)
        if app is None:
            raise Http404
        uri = code_apps.uri_of(app, email=member.email)
    picture = io.BytesIO()
    segno.make(uri, micro=False).save(picture, kind="svg", scale=5, dark="#000", light="#fff", xmldecl=False)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")
