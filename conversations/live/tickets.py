"""Tickets and resume tokens: what a websocket's `hello` shows instead of a cookie.

A ticket is signed, lives 30 s, is used once and is bound to tenant, person and origin; a resume token lives a day, so
that a restart does not mean that everybody asks for a ticket at once. Neither ever appears in a URL.
"""

import secrets
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from django.core import signing

from conversations.threads.actors import Actor
from tenants.context import TenantRef
from tenants.refusals import Refusal

TICKET_S: Final = 30
RESUME_S: Final = 86_400
_TICKET = "yunke.live.ticket"
_RESUME = "yunke.live.resume"


class NotSignedIn(Refusal):
    """Sign in first."""

    code = "not_signed_in"
    status = 401


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket or resume token says: for which tenant and origin, who, with which role.

    `session` is a member's browser session, `identity` the token of a visitor, `shown` the hash of a key's secret: with
    it ends what it let in. `permissions` are what a member's role or a key's scopes allowed then. A key may be bound to
    networks: `address` is where its socket comes from.
    """

    tenant: UUID
    kind: Literal["member", "contact", "key"]
    id: UUID
    name: str
    role: str
    origin: str
    nonce: str
    session: UUID | None = None
    permissions: tuple[str, ...] = ()
    identity: UUID | None = None
    shown: str = ""
    address: str = ""

    def actor(self) -> Actor:
        """Answer who acts."""
        return Actor(self.kind, self.id, self.name, frozenset(self.permissions))


def issue_pass(
    *,
    tenant: TenantRef,
    actor: Actor,
    origin: str,
    role: str = "",
    session: UUID | None = None,
    identity: UUID | None = None,
    shown: str = "",
) -> Pass:
    """Make a pass for somebody whose request was just checked: a member has role and session, a visitor an identity.

    Of a key it is known what it has `shown`.
    """
    if actor.kind == "rule" or actor.kind == "system":  # noqa: PLR1714 - as mypy understands it
        raise ValueError("nobody comes in as the system")
    return Pass(
        tenant=tenant.id,
        kind=actor.kind,
        id=actor.id,
        name=actor.name,
        role=role,
        origin=origin,
        nonce=secrets.token_urlsafe(16),
        session=session,
        permissions=() if actor.kind == "contact" else tuple(sorted(actor.permissions)),
        identity=identity,
        shown=shown,
    )


def sign_ticket(*, pass_: Pass) -> str:
    """Answer the one-use ticket for a pass."""
    return signing.dumps(msgspec.to_builtins(pass_), salt=_TICKET)


def sign_resume(*, pass_: Pass) -> str:
    """Answer the resume token for a pass."""
    return signing.dumps(msgspec.to_builtins(pass_), salt=_RESUME)


def read_ticket(*, text: str, tenant: TenantRef, origin: str) -> Pass:
    """Answer the pass of a live ticket of this tenant and origin; raise NotSignedIn. The gate checks its one use."""
    return _read(text, _TICKET, TICKET_S, tenant, origin)


def read_resume(*, text: str, tenant: TenantRef, origin: str) -> Pass:
    """Answer the pass of a resume token of this tenant and origin; raise NotSignedIn."""
    return _read(text, _RESUME, RESUME_S, tenant, origin)


def _read(text: str, salt: str, max_age_s: int, tenant: TenantRef, origin: str) -> Pass:
    try:
        said: Any = signing.loads(text, salt=salt, max_age=max_age_s)
        pass_ = msgspec.convert(said, Pass)
    except (signing.BadSignature, msgspec.ValidationError, ValueError) as error:
        raise NotSignedIn from error
    if pass_.tenant != tenant.id or pass_.origin != origin:
        raise NotSignedIn
    return pass_
