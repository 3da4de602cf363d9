"""A contact as the API shows it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.contacts.models import Contact
from tenants.describing import Answer


class ContactShown(Answer, frozen=True):
    """Somebody who is served. Without `personal:read` a key is shown no name, external id, e-mail or phone.

    `vouched` says that the company's own site told us who it is, and calls them `external_id`. Who turned out to be a
    contact that is known is merged into that one, which has all their conversations.
    """

    id: UUID
    name: str | None
    created_at: datetime
    vouched: bool
    external_id: str | None
    email: str | None
    phone: str | None
    merged_into: UUID | None


def show_contact(*, row: Contact, personal: bool) -> dict[str, Any]:
    """Answer a contact; without `personal` what tells who it is is null."""
    shown = ContactShown(
        id=row.id,
        name=row.name if personal else None,
        created_at=row.created_at,
        vouched=row.is_vouched,
        external_id=row.external_id if personal else None,
        email=row.email if personal else None,
        phone=row.phone if personal else None,
        merged_into=row.merged_into,
    )
    said: dict[str, Any] = msgspec.to_builtins(shown)
    return said
