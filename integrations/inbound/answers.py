"""Installs as the API shows them, and what it takes."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from integrations.inbound.models import Install
from tenants.bodies import Body
from tenants.describing import Answer

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^.*\S.*\Z")]
Scopes = Annotated[list[Annotated[str, Meta(max_length=50)]], Meta(max_length=20)]
Inbox = Annotated[str, Meta(min_length=1, max_length=64)]


class InstallBody(Body, frozen=True):
    """A partner's system that may call: what for, and the key of the inbox that its messages go to.

    For messages it needs `conversations.reply`, for contacts `contacts.edit`, for tickets `tickets.handle`; without
    any of them it may do nothing yet.
    """

    name: Name
    inbox: Inbox
    scopes: Scopes = []


class InstallChange(Body, frozen=True):
    """What changes."""

    name: Name | UnsetType = UNSET
    scopes: Scopes | UnsetType = UNSET
    inbox: Inbox | UnsetType = UNSET


class InstallShown(Answer, frozen=True):
    """An install without its secret, of which `hint` is the end. `called_at` is right to ten minutes."""

    id: UUID
    name: str
    scopes: list[str]
    inbox: str
    hint: str
    created_at: datetime
    created_by: UUID
    rotated_at: datetime | None
    old_secret_until: datetime | None
    called_at: datetime | None


class InstallWithSecret(InstallShown, frozen=True):
    """An install with the secret that is shown this once; null where an answer is repeated by its Idempotency-Key."""

    secret: str | None


def show_install(*, row: Install, now: datetime) -> InstallShown:
    """Answer an install."""
    return InstallShown(
        id=row.id,
        name=row.name,
        scopes=list(row.scopes),
        inbox=row.inbox,
        hint=row.hint,
        created_at=row.created_at,
        created_by=row.created_by,
        rotated_at=row.rotated_at,
        old_secret_until=row.old_until if row.old_until is not None and row.old_until > now else None,
        called_at=row.called_at,
    )
