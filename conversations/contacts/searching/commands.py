"""Keeping the words by which contacts are found."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final
from uuid import UUID

from conversations.contacts.identities.queries import as_identity, get_identities
from conversations.contacts.models import Contact
from conversations.terms.beginnings import terms_of

AT_ONCE: Final = 500


def index(*, contacts: Collection[UUID]) -> None:
    """Write down by which words these contacts are found now; who was erased by none."""
    named = defaultdict(list)
    for row in get_identities(contacts=contacts):
        named[row.contact_id].append((as_identity(row=row).kind, row.value))
    for contact in Contact.objects.filter(id__in=contacts).order_by("id"):
        told = [("email", contact.email), ("phone", contact.phone)]
        identities = [*named[contact.id], *((kind, value) for kind, value in told if value)]
        terms = terms_of(name=contact.name, identities=identities, attributes=contact.attributes)
        Contact.objects.filter(id=contact.id).update(terms=[] if contact.erased_at else terms)


def index_new() -> None:
    """Write that down of contacts of whom nobody has, some at a time: those who came before there was this."""
    new = Contact.objects.filter(terms__isnull=True).order_by("id").values_list("id", flat=True)
    index(contacts=list(new[:AT_ONCE]))
