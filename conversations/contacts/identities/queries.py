"""Reading the identities of contacts, and finding contacts by them. Tokens are none of these."""

from collections.abc import Collection
from uuid import UUID

from conversations.contacts.identities.rules import KINDS, Identity, find_normal
from conversations.contacts.models import ContactIdentity
from conversations.contacts.tokens import VOUCHED

MOST_FOUND = 1000


def get_identities(*, contacts: Collection[UUID]) -> list[ContactIdentity]:
    """Answer these contacts' identities, the oldest first."""
    rows = ContactIdentity.objects.filter(contact_id__in=contacts, kind__in=[VOUCHED, *KINDS])
    return list(rows.order_by("created_at", "id"))


def as_identity(*, row: ContactIdentity) -> Identity:
    """Answer a row as the rules see it: whom the site vouches for has the name that it calls them as external id."""
    told = row.kind == VOUCHED
    return Identity(
        id=row.id,
        contact=row.contact_id,
        kind="external_id" if told else row.kind,
        value=row.value,
        verified=told or row.verified_at is not None,
        primary=told or row.is_primary,
        told=told,
    )


def find_contacts(*, kind: str, value: str) -> list[UUID]:
    """Answer who has this identity, at most MOST_FOUND."""
    normal = find_normal(kind=kind, value=value)
    rows = ContactIdentity.objects.filter(kind=kind, value=normal).values_list("contact_id", flat=True)
    return [] if normal is None else list(rows[:MOST_FOUND])
