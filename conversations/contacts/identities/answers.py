"""An identity as the API shows it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.contacts.identities.queries import as_identity
from conversations.contacts.identities.rules import IdentityKind
from conversations.contacts.models import ContactIdentity
from tenants.describing import Answer


class IdentityShown(Answer, frozen=True):
    """By what a contact is known. Without `personal:read` a key is shown no value.

    `verified_by` is whoever made sure of it: a member, a key, or the secret by which the company's site said so. The
    site's own name for a contact (`inbox` says where) is an external id that cannot be changed here. `primary`: the one
    of its kind that is shown and written to.
    """

    id: UUID
    contact: UUID
    kind: IdentityKind
    value: str | None
    inbox: str | None
    primary: bool
    verified_at: datetime | None
    verified_by: UUID | None
    created_at: datetime


def show_identity(*, row: ContactIdentity, personal: bool) -> dict[str, Any]:
    """Answer an identity; without `personal` its value is null."""
    one = as_identity(row=row)
    shown = {
        "id": row.id,
        "contact": row.contact_id,
        "kind": one.kind,
        "value": one.value if personal else None,
        "inbox": row.scope if one.told else None,
        "primary": one.primary,
        "verified_at": row.created_at if one.told else row.verified_at,
        "verified_by": row.verified_by,
        "created_at": row.created_at,
    }
    said: dict[str, Any] = msgspec.to_builtins(msgspec.convert(shown, IdentityShown, from_attributes=False))
    return said
