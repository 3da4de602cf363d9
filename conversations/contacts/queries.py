"""Finding contacts."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from conversations.contacts.attribute import CONTACT_ATTRIBUTE, ContactAttribute
from conversations.contacts.identities.queries import find_contacts
from conversations.contacts.merging.queries import get_group
from conversations.contacts.models import Contact, ContactIdentity
from conversations.contacts.tokens import VISITOR, hash_token
from conversations.definitions.queries import get_definitions
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Known:
    """Who shows a token: the contact, the identity that the token is, and the inbox that it is bound to, by its key."""

    contact: Contact
    identity: UUID
    inbox: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which contacts a list holds; None means any. `words`: as query_of() answers them; `attributes`: all of these."""

    email: str | None = None
    external_id: str | None = None
    phone: str | None = None
    words: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


def find_visitor(*, token: str, now: datetime) -> Known | None:
    """Answer who holds this token, while it lives."""
    live = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    rows = ContactIdentity.objects.filter(live, kind=VISITOR, value=hash_token(token=token))
    row = rows.select_related("contact").first()
    return None if row is None else Known(row.contact, row.id, row.scope)


def get_contact(*, contact: UUID) -> Contact:
    """Answer one contact, one who was merged, too; raise NotFound."""
    row = Contact.objects.filter(id=contact).first()
    if row is None:
        raise NotFound
    return row


def get_contacts(*, contacts: Collection[UUID]) -> dict[UUID, Contact]:
    """Answer those of these contacts whom there are, by their ids."""
    return Contact.objects.in_bulk(list(contacts))


def get_attributes() -> dict[str, ContactAttribute]:
    """Answer every attribute of contacts that is in force, by its key."""
    rows = get_definitions(kind=CONTACT_ATTRIBUTE.name)
    return {row.key: msgspec.convert(row.body, ContactAttribute) for row in rows}


def get_same(*, contact: UUID) -> list[UUID]:
    """Answer as whom this contact is shown, and after that everybody who was merged into them; raise NotFound."""
    group = get_group(contact=contact)
    merged = Contact.objects.filter(merged_into__in=group).order_by("id").values_list("id", flat=True)
    return [*group, *merged]


def get_page(*, filters: Filters, window: Window, order: Literal["created_at", "-created_at"]) -> Page[Contact]:
    """Answer a page of contacts by when they first came, without those who were merged into others."""
    found = Contact.objects.filter(_conditions(filters), merged_into__isnull=True, shown_as__isnull=True).defer("terms")
    rows = cut(rows=found, fields=("created_at", "id"), descending=order[0] == "-", window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.created_at.isoformat(), row.id))


def _conditions(filters: Filters) -> Q:
    """Answer who is meant: as the site has told it, or by an identity, whoever has added that."""
    wanted = Q()
    if filters.email is not None:
        wanted &= Q(email__iexact=filters.email) | _known_by("email", filters.email)
    if filters.external_id is not None:
        wanted &= Q(external_id=filters.external_id) | _known_by("external_id", filters.external_id)
    if filters.phone is not None:
        wanted &= Q(phone=filters.phone) | _known_by("phone", filters.phone)
    if filters.words is not None:
        wanted &= Q(terms__matches=filters.words) | Q(id__in=_shown_for(filters.words))
    if filters.attributes:
        wanted &= Q(attributes__contains=filters.attributes)
    return wanted


def _shown_for(words: str) -> QuerySet[Contact, UUID | None]:
    """Answer as whom those are shown who were merged and are found by these words."""
    return Contact.objects.filter(shown_as__isnull=False, terms__matches=words).values_list("shown_as", flat=True)


def _known_by(kind: str, value: str) -> Q:
    """Answer who has this identity, and as whom they are shown."""
    found = find_contacts(kind=kind, value=value)
    shown = Contact.objects.filter(id__in=found, shown_as__isnull=False).values_list("shown_as", flat=True)
    return Q(id__in={*found, *shown} if found else ())
