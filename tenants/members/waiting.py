"""Waiting: between the first and the second factor. Kept in a browser's session, or signed, in a ticket for programs.

Either way each try uses it up: it carries a nonce that is accepted once, which is also what a security key signs.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.contrib.sessions.backends.base import SessionBase
from django.core import signing

from tenants.context import TenantRef, platform_context
from tenants.members.proof import Way
from tenants.models import LiveNonce

LASTS: Final = timedelta(minutes=10)
_SALT: Final = "yunke.sign_in.waiting"
_KEY: Final = "waiting"


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Who has shown one factor, in which tenant, by which way; `password` is their password's mark of then.

    `link` is what a company's identity provider says of itself and of them, to be connected once all is shown.
    """

    tenant: UUID
    person: UUID
    way: Way
    password: str
    until: float
    nonce: str
    onward: str = "/"
    link: Mapping[str, str] | None = None

    @property
    def challenge(self) -> bytes:
        """Answer what a security key must sign."""
        return self.nonce.encode()


def new_nonce() -> str:
    """Draw what one try uses up."""
    return secrets.token_urlsafe(32)


def use_up(*, nonce: str, until: float) -> bool:
    """Mark a nonce as used; answer whether it was not."""
    with platform_context():
        until_then = {"expires_at": datetime.fromtimestamp(until, tz=UTC)}
        return LiveNonce.objects.get_or_create(nonce=nonce, defaults=until_then)[1]


def keep(*, session: SessionBase, waiting: Waiting) -> None:
    """Keep it in a session that lets nobody in, under a new key."""
    session.flush()
    session["tenant"] = str(waiting.tenant)
    session[_KEY] = msgspec.to_builtins(waiting)
    session.set_expiry(int(LASTS.total_seconds()))


def find_kept(*, session: SessionBase, tenant: TenantRef, now: datetime) -> Waiting | None:
    """Answer who waits in this session on this tenant's host."""
    return _valid(session.get(_KEY), tenant, now)


def as_ticket(*, waiting: Waiting) -> str:
    """Answer it as a text that a program shows with the second factor."""
    return signing.dumps(msgspec.to_builtins(waiting), salt=_SALT)


def find_in_ticket(*, ticket: str, tenant: TenantRef, now: datetime) -> Waiting | None:
    """Answer who waits with this ticket on this tenant's host."""
    try:
        return _valid(signing.loads(ticket, salt=_SALT), tenant, now)
    except (signing.BadSignature, ValueError):
        return None


def _valid(said: Any, tenant: TenantRef, now: datetime) -> Waiting | None:
    if not said:
        return None
    waiting = msgspec.convert(said, Waiting)
    return waiting if waiting.tenant == tenant.id and waiting.until > now.timestamp() else None
