"""Merging contacts by hand, taking it back, and saying that two are not the same. All of it is audited."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from conversations.audit import commands as audit
from conversations.contacts.commands import hold, hold_writable
from conversations.contacts.events import ContactIsBlocked, ContactParted, ContactUnited, DuplicateDismissed
from conversations.contacts.merging import rules
from conversations.contacts.merging.queries import get_group
from conversations.contacts.models import Contact
from conversations.contacts.streams import subject_of_contact
from conversations.engine import log
from conversations.engine.events import Draft
from tenants.audit.noting import Target, Who
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.refusals import NotFound

MergingFact = ContactUnited | ContactParted | DuplicateDismissed


def merge(*, contact: UUID, into: UUID, who: Who, now: datetime) -> None:
    """Show a contact and their conversations as another one; nothing of either is changed.

    Raises NotFound, ContactGone, Invalid, AlreadyMerged, OneIsBlocked or TooManyMerged.
    """
    with transaction.atomic():
        group = _hold([contact, into])
        facts = rules.unite(group=group, contact=contact, into=into)
        _record(facts, "contact.merged", contact, who, now, after={"into": str(into)})
        _write(facts, who, now)


def unmerge(*, contact: UUID, who: Who, now: datetime) -> None:
    """Take a merge back; raise NotFound, ContactGone or NotMerged."""
    with transaction.atomic():
        group = _hold([contact])
        facts = rules.part(group=group, contact=contact)
        _record(facts, "contact.unmerged", contact, who, now, before={"into": str(group[contact].united_with)})
        _write(facts, who, now)


def dismiss(*, contact: UUID, other: UUID, who: Who, now: datetime) -> None:
    """Propose these two to be the same no more; raise NotFound or ContactGone."""
    with transaction.atomic():
        group = _hold([contact, other])
        facts = rules.dismiss(group=group, contact=contact, other=other)
        _record(facts, "contact.not_same", contact, who, now, after={"other": str(other)})
        _write(facts, who, now)


def hold_group(*, contact: UUID) -> list[UUID]:
    """Hold a contact and everybody with whom they are one; answer as whom they are shown, and after that the others.

    Raises NotFound or ContactGone.
    """
    begin_joining()
    group = get_group(contact=contact)
    hold(contacts=group)
    hold_writable(contact=contact)
    return group


def set_blocked(*, group: Collection[UUID], at: datetime | None, by: UUID | None) -> list[UUID]:
    """Write down since when and by whom these contacts, whom the caller holds, are blocked; answer who was not so."""
    changed = Contact.objects.filter(id__in=group, blocked_at__isnull=at is not None)
    ids = list(changed.values_list("id", flat=True))
    changed.update(blocked_at=at, blocked_by=by)
    return ids


def begin_joining() -> None:
    """Let nobody else change who is shown as whom, until COMMIT. Before any contact is held."""
    key = lock_key(f"merging:{current_tenant().schema}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def join(*, contact: UUID, into: UUID, now: datetime) -> list[Draft]:
    """Write what becomes of a contact's group who turned out to be `into`; answer what has to be said of it.

    The caller began joining, holds both, and appends the drafts when all else is said.
    """
    group = _load([contact, into])
    facts = rules.join(group=group, contact=contact, into=into)
    _hold_streams(facts)
    for fact in facts:
        _put(fact, None, now)
    return [_draft(fact, None) for fact in facts]


def hold_stream(*, contact: UUID) -> None:
    """Hold the stream of a contact of whom something will be said, before anything is appended."""
    subject = subject_of_contact(contact=contact)
    log.ensure_streams(subjects=[subject])
    log.lock(subjects=[subject])


def say_blocked(*, contact: UUID) -> list[Draft]:
    """Answer what is to be said where a blocked contact, whose stream is held, got conversations of somebody else."""
    if not Contact.objects.filter(id=contact, blocked_at__isnull=False).exists():
        return []
    return [
        Draft(subject=subject_of_contact(contact=contact), fact=ContactIsBlocked(contact=contact, members=(contact,)))
    ]


def _hold(contacts: Collection[UUID]) -> rules.Group:
    begin_joining()
    if Contact.objects.filter(id__in=contacts).count() < len(set(contacts)):
        raise NotFound
    ids = {one for contact in contacts for one in get_group(contact=contact)} | set(contacts)
    hold(contacts=ids)
    for contact in contacts:
        hold_writable(contact=contact)
    return _load(contacts)


def _load(contacts: Collection[UUID]) -> dict[UUID, rules.Person]:
    ids = {one for contact in contacts for one in get_group(contact=contact)} | set(contacts)
    return {row.id: _person(row) for row in Contact.objects.filter(id__in=ids).order_by("id")}


def _person(row: Contact) -> rules.Person:
    return rules.Person(
        id=row.id,
        name=row.name,
        external_id=row.external_id,
        blocked=row.is_blocked,
        united_with=row.united_with,
        shown_as=row.shown_as,
        others=frozenset(row.not_same),
    )


def _record(
    facts: Sequence[MergingFact],
    action: str,
    contact: UUID,
    who: Who,
    now: datetime,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    _hold_streams(facts)
    if facts:
        target = Target(kind="contact", id=str(contact))
        audit.record(who=who, action=action, target=target, now=now, before=before, after=after)


def _hold_streams(facts: Sequence[MergingFact]) -> None:
    if facts:
        subjects = [subject_of_contact(contact=fact.contact) for fact in facts]
        log.ensure_streams(subjects=subjects)
        log.lock(subjects=subjects)


def _write(facts: Sequence[MergingFact], who: Who, now: datetime) -> None:
    for fact in facts:
        _put(fact, who.id, now)
    log.append(drafts=[_draft(fact, who.id) for fact in facts], at=now)


def _draft(fact: MergingFact, by: UUID | None) -> Draft:
    return Draft(subject=subject_of_contact(contact=fact.contact), fact=fact, sender=by)


def _put(fact: MergingFact, by: UUID | None, now: datetime) -> None:
    match fact:
        case ContactUnited():
            Contact.objects.filter(id__in=fact.members).update(shown_as=fact.contact)
            united = {"united_with": fact.into, "united_at": now, "united_by": by}
            Contact.objects.filter(id=fact.was).exclude(united_with=fact.into).update(**united)
        case ContactParted():
            Contact.objects.filter(id__in=fact.members).update(shown_as=fact.contact)
            alone = {"shown_as": None, "united_with": None, "united_at": None, "united_by": None}
            Contact.objects.filter(id=fact.contact).update(**alone)
        case DuplicateDismissed():
            for here, there in ((fact.contact, fact.other), (fact.other, fact.contact)):
                row = Contact.objects.get(id=here)
                row.not_same = sorted({*row.not_same, there})
                row.save(update_fields=["not_same"])
