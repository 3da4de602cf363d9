"""Secrets that requests are signed by, two while rotating, sealed in the row that is theirs: endpoint's or install's.

A row has `id`, `sealed`, `hint`, `rotated_at` and `old_until`; for what purpose it is sealed, its own room says.
"""

import secrets
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from integrations.webhooks.rules.signing import SECRET_BYTES, write_secret
from tenants.context import current_tenant
from tenants.secrets import Unreadable, seal, unseal


class Sealed(msgspec.Struct, frozen=True, kw_only=True):
    """What is sealed: the secret of now, the one before while it is good, and headers where requests carry any."""

    secret: str
    old: str | None = None
    headers: dict[str, str] = {}


class Row(Protocol):
    """Whose secret it is."""

    id: UUID
    sealed: str
    hint: str
    rotated_at: datetime | None
    old_until: datetime | None


def new_secret() -> str:
    """Answer a secret that there has never been."""
    return write_secret(raw=secrets.token_bytes(SECRET_BYTES))


def seal_secrets(*, what: Sealed, purpose: str, row: UUID) -> str:
    """Answer what stands in the row."""
    return seal(text=msgspec.json.encode(what).decode(), purpose=purpose, tenant=current_tenant().id, row=row)


def open_secrets(*, row: Row, purpose: str) -> Sealed:
    """Answer what is sealed; raise Unreadable where the key ring does not open it."""
    text = unseal(sealed=row.sealed, purpose=purpose, tenant=current_tenant().id, row=row.id)
    return msgspec.json.decode(text, type=Sealed)


def find_live(*, opened: Sealed, row: Row, now: datetime) -> tuple[str, ...]:
    """Answer the secrets that are good now, the one of now first."""
    old = opened.old if row.old_until is not None and row.old_until > now else None
    return (opened.secret, *((old,) if old else ()))


def replace_secret(*, row: Row, purpose: str, overlap_s: int, now: datetime) -> str:
    """Give a row, which is to be saved, a new secret; the one before stays good for `overlap_s`. Answer the new one.

    What the key ring does not open any more is gone: then there is nothing to overlap with.
    """
    secret = new_secret()
    try:
        opened = open_secrets(row=row, purpose=purpose)
    except Unreadable:
        opened = None
    old = opened.secret if opened and overlap_s else None
    headers = opened.headers if opened else {}
    row.sealed = seal_secrets(what=Sealed(secret=secret, old=old, headers=headers), purpose=purpose, row=row.id)
    row.hint, row.rotated_at = secret[-4:], now
    row.old_until = now + timedelta(seconds=overlap_s) if old else None
    return secret
