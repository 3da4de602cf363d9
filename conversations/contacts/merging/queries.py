"""Reading who is shown as whom, and who may be the same as somebody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Final
from uuid import UUID

from conversations.contacts.identities.queries import as_identity, get_identities
from conversations.contacts.identities.rules import KINDS, Identity
from conversations.contacts.merging import rules
from conversations.contacts.models import Contact, ContactIdentity
from conversations.contacts.tokens import VOUCHED
from tenants.refusals import NotFound

Roots = Mapping[UUID, Contact]
MOST_COMPARED: Final = 200
MOST_PROPOSED: Final = 20


def get_root(*, contact: UUID) -> UUID:
    """Answer as whom a contact is shown, perhaps themselves; raise NotFound."""
    found = Contact.objects.in_bulk([contact])
    if contact not in found:
        raise NotFound
    row = found[contact]
    if row.merged_into is not None:
        row = Contact.objects.get(id=row.merged_into)
    return row.shown_as or row.id


def get_group(*, contact: UUID) -> list[UUID]:
    """Answer as whom a contact is shown, and after that everybody who is shown as that one; raise NotFound."""
    root = get_root(contact=contact)
    return [root, *sorted(Contact.objects.filter(shown_as=root).values_list("id", flat=True))]


def find_group(*, contact: UUID) -> list[UUID]:
    """Answer a contact's group, and of one whom there is not that id alone."""
    try:
        return get_group(contact=contact)
    except NotFound:
        return [contact]


def get_merged(*, contact: UUID) -> list[Contact]:
    """Answer whom somebody merged into this contact, or into one of those, the first first."""
    return list(Contact.objects.filter(shown_as=contact).order_by("united_at", "id"))


def get_roots(*, rows: Iterable[Contact]) -> Roots:
    """Answer for each of these contacts who is shown as somebody else who that is; one query, or none."""
    shown = {row.id: row.shown_as for row in rows if row.shown_as is not None}
    found = Contact.objects.defer("terms").in_bulk(list(set(shown.values()))) if shown else {}
    return {contact: found[root] for contact, root in shown.items() if root in found}


def find_duplicates(*, contact: UUID, by: Collection[UUID] | None = None) -> list[rules.Duplicate]:
    """Answer who may be the same as this contact's group, at most MOST_PROPOSED, the likeliest first.

    `by`: only because of these of their identities. Nobody who was erased, or of whom somebody said that it is not so.
    """
    group = get_group(contact=contact)
    own = [row for row in get_identities(contacts=group) if by is None or row.id in by]
    theirs: dict[UUID, list[Identity]] = defaultdict(list)
    not_same = set[UUID]().union(*Contact.objects.filter(id__in=group).values_list("not_same", flat=True))
    for row in _find_like(own, group):
        root = row.contact.shown_as or row.contact_id
        if row.contact.erased_at is None and root not in not_same:
            theirs[root].append(as_identity(row=row))
    found = rules.find_duplicates(own=[as_identity(row=row) for row in own], theirs=theirs)
    return found[:MOST_PROPOSED]


def _find_like(own: Collection[ContactIdentity], group: Collection[UUID]) -> list[ContactIdentity]:
    """Answer others' identities with the same values; of which kind they are is judged by the rules."""
    like = ContactIdentity.objects.filter(kind__in={VOUCHED, *KINDS}, value__in={row.value for row in own})
    return list(like.exclude(contact_id__in=group).select_related("contact")[:MOST_COMPARED]) if own else []
