"""A contact as the API shows it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.contacts.attribute import ContactAttribute
from conversations.contacts.models import Contact
from conversations.contacts.rules import show_attributes
from tenants.describing import Answer


class ContactShown(Answer, frozen=True):
    """Somebody who is served. Without `personal:read` a key is shown no name, external id, e-mail or phone.

    `vouched` says that the company's own site told us who it is, and calls them `external_id`. Who turned out to be a
    contact that is known is merged into that one, which has all their conversations, and so is whom somebody of the
    company took for another one. Whoever is `blocked` writes nothing. `attributes` are by the keys of
    the definitions (`contact_attribute`) in force; without `personal:read` personal ones are null.
    """

    id: UUID
    name: str | None
    created_at: datetime
    vouched: bool
    external_id: str | None
    email: str | None
    phone: str | None
    merged_into: UUID | None
    blocked: bool
    attributes: dict[str, Any]


def show_contact(*, row: Contact, personal: bool, known: Mapping[str, ContactAttribute]) -> dict[str, Any]:
    """Answer a contact; without `personal` what tells who it is is null. `known` are the attributes in force."""
    shown = ContactShown(
        id=row.id,
        name=row.name if personal else None,
        created_at=row.created_at,
        vouched=row.is_vouched,
        external_id=row.external_id if personal else None,
        email=row.email if personal else None,
        phone=row.phone if personal else None,
        merged_into=row.merged_into or row.shown_as,
        blocked=row.is_blocked,
        attributes=show_attributes(kept=row.attributes, known=known, personal=personal),
    )
    said: dict[str, Any] = msgspec.to_builtins(shown)
    return said
