"""What the API shows of merging."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.contacts.answers import ContactShown, show_contact
from conversations.contacts.attribute import ContactAttribute
from conversations.contacts.identities.rules import IdentityKind
from conversations.contacts.merging.rules import Duplicate
from conversations.contacts.models import Contact
from tenants.describing import Answer


class MatchShown(Answer, frozen=True):
    """By what two may be the same; `verified`: on how many of both sides somebody made sure of it, 0 to 2."""

    kind: IdentityKind
    value: str
    verified: int


class DuplicateShown(Answer, frozen=True):
    """Who may be the same, and by what."""

    contact: ContactShown
    matches: list[MatchShown]


class MergedShown(Answer, frozen=True):
    """Whom somebody merged, `into` whom, when and who did; null is for Yunke itself."""

    contact: ContactShown
    into: UUID
    at: datetime
    by: UUID | None


def show_duplicate(*, found: Duplicate, row: Contact, known: Mapping[str, ContactAttribute]) -> dict[str, Any]:
    """Answer who may be the same; it is shown to those alone who may read names and addresses."""
    return {
        "contact": show_contact(row=row, personal=True, known=known),
        "matches": [{"kind": one.kind, "value": one.value, "verified": one.verified} for one in found.matches],
    }


def show_merged(*, row: Contact, personal: bool, known: Mapping[str, ContactAttribute]) -> dict[str, Any]:
    """Answer one who was merged; without `personal` what tells who it is is null."""
    return {
        "contact": show_contact(row=row, personal=personal, known=known),
        "into": row.united_with,
        "at": row.united_at,
        "by": row.united_by,
    }
