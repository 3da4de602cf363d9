"""One's own account: name and language, password, sessions, the companies one works with."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from tenants.closing import refuse_closed, while_closed
from tenants.context import current_tenant
from tenants.factors.proof_form import ask_for_proof, take_proof
from tenants.members.account import commands, guarding
from tenants.members.account.profile import change_profile
from tenants.members.account.queries import get_person, get_sessions
from tenants.members.forms import act
from tenants.members.member import Member
from tenants.members.proving import need_own
from tenants.members.refusals import ProofNeeded, WrongProof
from tenants.members.switching.queries import get_places
from tenants.middleware import TenantRequest
from tenants.paging import Window
from tenants.refusals import NotAllowed, NotFound, Refusal
from tenants.settings_pages import show_settings, signed_in
from tenants.sso.own import disconnect, get_identities
from tenants.tries import TooManyTries

PATH: Final = "/settings/account"
DONE: Final = {
    "saved": "Saved.",
    "password": "Your password is changed; all your other sessions have ended.",
    "ended": "The session has ended.",
    "disconnected": "The sign-in service signs you in here no more.",
    "others": "All your other sessions here have ended.",
}
_SHOWN: Final = 50


@while_closed  # passwords and sessions; the rest is refused below
@sensitive_post_parameters("old", "new", "password", "code", "recovery_code")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the account; take one form."""
    if request.method != "POST":
        return _show(request, None)
    response = act(request, actions=ACTIONS, show=_show, path=PATH)
    language = request.POST.get("language", "")
    if response.status_code == 302 and language in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, samesite="Lax")
    return response


def _show(request: TenantRequest, refusal: Refusal | None) -> HttpResponse:
    member, tenant, now = request.member, current_tenant(), datetime.now(UTC)
    if member is None:
        raise NotAllowed
    person, window = get_person(person=member.person_id), Window("sessions", _SHOWN)
    rows = get_sessions(tenant=tenant, member=member, window=window, now=now).rows
    context = {
        "person": person,
        "languages": settings.LANGUAGES,
        "spoken": person.language or get_language(),
        "sessions": [{"row": row, "is_current": row.id == member.session} for row in rows],
        "connections": get_identities(tenant=tenant, member=member),
        "elsewhere": [place for place in get_places(member=member, request=request) if not place.is_current],
        "refusal": refusal,
        "refused": request.POST.get("do", "") if refusal else "",
        "done": "" if refusal else DONE.get(request.GET.get("done", ""), ""),
    }
    if isinstance(refusal, ProofNeeded | WrongProof) or (isinstance(refusal, TooManyTries) and "proof" in request.POST):
        typed = {"name": request.POST.get("name", ""), "language": request.POST.get("language", "")}
        context |= ask_for_proof(request=request, person=person, now=now)
        context |= {"typed": {**typed, "proof": "1"}, "spoken": typed["language"] or context["spoken"]}
    status = refusal.status if refusal else 200
    return show_settings(request, template="tenants/account.html", context=context, status=status)


def _profile(request: TenantRequest, member: Member) -> str:
    refuse_closed(tenant=current_tenant())
    language = request.POST.get("language", "")
    known = language if language in dict(settings.LANGUAGES) else None
    now = datetime.now(UTC)
    if "proof" in request.POST:
        take_proof(request=request, member=member, now=now)
    need_own(session=request.session, now=now)
    name = request.POST.get("name", "")
    change_profile(tenant=current_tenant(), member=member, now=now, name=name, language=known)
    if known:
        request.session["language"] = known
    return "saved"


def _password(request: TenantRequest, member: Member) -> str:
    old, new = request.POST.get("old", ""), request.POST.get("new", "")
    guarding.change_password(request=request, member=member, old=old, new=new, now=datetime.now(UTC))
    return "password"


def _end(request: TenantRequest, member: Member) -> str:
    try:
        session = UUID(request.POST.get("session", ""))
    except ValueError:
        raise NotFound from None
    commands.end_session(tenant=current_tenant(), member=member, session=session, now=datetime.now(UTC))
    if session == member.session:
        request.session.flush()
    return "ended"


def _disconnect(request: TenantRequest, member: Member) -> str:
    try:
        identity = UUID(request.POST.get("connection", ""))
    except ValueError:
        raise NotFound from None
    disconnect(tenant=current_tenant(), member=member, identity=identity, now=datetime.now(UTC))
    return "disconnected"


def _end_others(_request: TenantRequest, member: Member) -> str:
    commands.end_other_sessions(tenant=current_tenant(), member=member, now=datetime.now(UTC))
    return "others"


ACTIONS: Final = {
    "profile": _profile,
    "password": _password,
    "end": _end,
    "end-others": _end_others,
    "disconnect": _disconnect,
}
