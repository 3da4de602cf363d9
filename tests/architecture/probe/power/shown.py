"""Leaks of what is shown: each kind of credential once without the guard that binds it to its company."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

import jwt

from tenants.context import platform_context, tenant_context
from tenants.domains.models import Domain
from tenants.factors.models import RecoveryCode
from tenants.models import Invitation, SsoDomain
from tenants.refusals import NotFound, Refusal
from tenants.sso.commands import record_text
from tests.architecture.probe.classes import Id
from tests.architecture.probe.power.rest import also_elsewhere, any_session, elsewhere, taken_for_ours
from tests.architecture.probe.power.seeding import Check, Place, Seed, Seeded, instead, together
from tests.architecture.probe.shown.checks import check_elsewhere


def _of_either(ask: Callable[..., Any], place: Place) -> Any:
    """Ask as the tenant of the host; where that is refused, as the other one."""

    def asked(**said: Any) -> Any:
        try:
            return ask(**said)
        except Refusal:
            return ask(**{**said, "tenant": elsewhere(place)})

    return asked


def _found_by_either(find: Callable[..., Any], place: Place) -> Any:
    return lambda **said: find(**said) or find(**{**said, "tenant": elsewhere(place)})


def _of_anybody(_: Any, __: Place) -> Any:
    return lambda _tenant: Invitation.objects.select_related("own_role", "invited_by")


def _any_kept(key: str) -> Any:
    """Take what is kept in a session for something of whichever host it is shown on; the session is, to begin with."""

    def make(seat: Any, _: Place) -> Any:
        def as_tenant(self: Any, request: Any, tenant: Any) -> Any:
            kept = request.session.get(key)
            if kept:
                said = {**request.session._session, key: {**kept, "tenant": str(tenant.id)}}
                request.session._session_cache = {**said, "tenant": str(tenant.id)}
            return seat(self, request, tenant)

        return as_tenant

    return instead("tenants.middleware.TenantMiddleware._as_tenant", make)


def _ours_too(get: Any, place: Place) -> Any:
    with tenant_context(place.ours.tenant):
        known = get(inbox=place.ours.shop.inbox)
    return lambda *, inbox: [*get(inbox=inbox), *known]


def _for_any_inbox(read: Any, _: Place) -> Any:
    def look(*, token: str, inbox: str, **said: Any) -> Any:
        named = jwt.decode(token, options={"verify_signature": False}).get("aud", inbox)
        return read(token=token, inbox=named, **said)

    return look


def _any_file(read: Any, place: Place) -> Any:
    """The same of a link to a file."""

    def look(*, text: str) -> tuple[UUID, UUID]:
        try:
            found: tuple[UUID, UUID] = read(text=text)
        except NotFound:
            with tenant_context(place.ours.tenant):
                read(text=text)
            return UUID(place.theirs.own[Id.TICKET]), UUID(place.theirs.own[Id.FILE])
        return found

    return look


def _any_link(read: Any, place: Place) -> Any:
    """Take what ours was given for the same of the other company."""

    def look(*, text: str) -> tuple[UUID, UUID]:
        try:
            found: tuple[UUID, UUID] = read(text=text)
        except NotFound:
            with tenant_context(place.ours.tenant):
                read(text=text)
            return UUID(place.theirs.own[Id.TICKET]), UUID(place.theirs.own[Id.CONTACT])
        return found

    return look


def _whose_code(accept: Any, _: Place) -> Any:
    def look(**said: Any) -> bool:
        people = set(RecoveryCode.objects.values_list("person_id", flat=True))
        return any(accept(**{**said, "person_id": person}) for person in people)

    return look


def _whose_mark(find: Any, _: Place) -> Any:
    def look(*, name: str, token: str) -> str:
        with platform_context():
            tokens = list(Domain.objects.filter(name=name).values_list("token", flat=True))
        problems = [find(name=name, token=one) for one in (token, *tokens)]
        return "" if "" in problems else str(problems[0])

    return look


def _whose_record(find: Any, _: Place) -> Any:
    def look(*, name: str) -> list[str]:
        found: list[str] = find(name=name)
        with platform_context():
            texts = [record_text(row) for row in SsoDomain.objects.filter(domain=name.partition(".")[2])]
        return [*found, *texts] if set(found) & set(texts) else found

    return look


def _believed(**_: Any) -> bool:
    """Believe whoever calls."""
    return True


_INVITATIONS: Final = instead("tenants.members.invitations.queries._rows", _of_anybody)
_SECRETS: Final = instead("conversations.channels.webchat.vouching.commands.get_live", _ours_too)
_AUDIENCE: Final = instead("conversations.channels.webchat.vouching.commands.read_identity", _for_any_inbox)

# By kind: what is wrong, and how.
_WITHOUT: Final[dict[str, tuple[str, Seed]]] = {
    "session": ("is good on every host", instead("tenants.middleware.TenantMiddleware._as_tenant", any_session)),
    "key": ("opens every company", instead("conversations.access.authentication.find_bearer", also_elsewhere)),
    "visitor": ("is known in both", instead("conversations.channels.webchat.commands.find_visitor", taken_for_ours)),
    "ticket link": ("opens every company's", instead("conversations.console.ticket.read_link", _any_link)),
    "file link": ("opens every company's", instead("conversations.console.files.read_file_link", _any_file)),
    "switch ticket": ("leads anywhere", instead("tenants.members.switching.pages.redeem", _of_either)),
    "second-factor ticket": ("is good anywhere", instead("tenants.members.api.find_in_ticket", _found_by_either)),
    "half a session": ("is good on every host", _any_kept("waiting")),
    "recovery code": ("is anybody's", instead("tenants.factors.recovery_codes.accept", _whose_code)),
    "invitation that is looked at": ("is found by every company", _INVITATIONS),
    "invitation": ("is found by every company", _INVITATIONS),
    "invitation by a program": ("is found by every company", _INVITATIONS),
    "reset": ("is good on every host", instead("tenants.members.resets.pages.use_reset", _of_either)),
    "confirmation": ("is good on every host", instead("tenants.confirming.pages.confirm", _of_either)),
    "state of a sign-in by a provider": ("is good on every host", _any_kept("sso")),
    "named by a provider": ("is so on every host", _any_kept("sso_link")),
    "invitation that a browser has shown": ("is shown on every host", _any_kept("sso_invitation")),
    "identity": ("is believed by every company", together(_SECRETS, _AUDIENCE)),
    "identity secret": ("is every company's", _SECRETS),
    "install secret": (
        "signs for all",
        instead("integrations.inbound.authentication.is_signed", lambda _, __: _believed),
    ),
    "mark of a domain": ("proves for every company", instead("tenants.domains.commands.find_proof", _whose_mark)),
    "mark of a domain of addresses": ("proves for all", instead("tenants.sso.commands.find_texts", _whose_record)),
}


def _seeded(kind: str, wrong: str, seed: Seed) -> Seeded:
    check = Check(f"shown: {kind}", lambda place: check_elsewhere(place.ours, place.theirs, of=kind))
    return Seeded(f"{kind} {wrong}", seed, check, kinds=frozenset({kind}))


LEAKS: Final = tuple(_seeded(kind, wrong, seed) for kind, (wrong, seed) in _WITHOUT.items())
