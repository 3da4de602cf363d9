"""Making contacts, knowing them again, writing down what is known, and joining two of them that are one person."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from conversations.contacts import rules
from conversations.contacts.events import ContactChanged
from conversations.contacts.models import Contact, ContactConsent, ContactIdentity
from conversations.contacts.profile import Profile
from conversations.contacts.queries import get_attributes
from conversations.contacts.searching.commands import index
from conversations.contacts.streams import subject_of_contact
from conversations.contacts.tokens import NAMED, VISITOR, VOUCHED, hash_token
from conversations.engine import log
from conversations.engine.events import Draft
from conversations.terms.beginnings import terms_of
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.refusals import NotFound, Refusal

NAMELESS: Final = "—"
SWEPT_AT_ONCE: Final = 1000


class ContactMerged(Refusal):
    """You are known by another name here now; come in again."""

    code = "merged"
    status = 409


class ContactGone(Refusal):
    """This contact was erased, or merged into another one: nothing more is written down of them."""

    code = "contact_gone"
    status = 409


def add_visitor(*, inbox: str, now: datetime) -> tuple[Contact, str]:
    """Make an anonymous contact known by a new random token (256 bits) in one inbox; answer both."""
    with transaction.atomic():
        contact = _add_contact(now)
        return contact, give_token(contact=contact.id, inbox=inbox, now=now)


def give_token(
    *, contact: UUID, inbox: str, now: datetime, until: datetime | None = None, by: UUID | None = None
) -> str:
    """Let a contact be known by a new random token in one inbox, until then; `by` is the secret that vouched."""
    token = secrets.token_urlsafe(32)
    ContactIdentity.objects.create(
        contact_id=contact,
        kind=VISITOR,
        scope=inbox,
        value=hash_token(token=token),
        created_at=now,
        expires_at=until,
        vouched_by=by,
    )
    return token


def keep_token(*, identity: UUID, until: datetime, by: UUID) -> None:
    """Let a vouched contact's token live on."""
    ContactIdentity.objects.filter(id=identity, kind=VISITOR).update(expires_at=until, vouched_by=by)


def retire_token(*, identity: UUID) -> None:
    """Let nobody in by this token any more."""
    ContactIdentity.objects.filter(id=identity, kind=VISITOR).delete()


def retire_tokens_of(*, secret: UUID) -> None:
    """Let nobody in any more by a token that was given because of this secret."""
    ContactIdentity.objects.filter(kind=VISITOR, vouched_by=secret).delete()


def forget_tokens(*, now: datetime) -> None:
    """Delete tokens that have expired, some at a time."""
    old = ContactIdentity.objects.filter(expires_at__lt=now).order_by("expires_at").values_list("id", flat=True)
    ContactIdentity.objects.filter(id__in=list(old[:SWEPT_AT_ONCE])).delete()


def meet(*, inbox: str, external_id: str, now: datetime) -> UUID:
    """Answer the contact whom this inbox's site calls so; the first time, make one. Others wait until COMMIT."""
    with connection.cursor() as cursor:
        key = lock_key(f"vouched:{current_tenant().schema}:{inbox}:{external_id}")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
    return _know(VOUCHED, inbox, external_id, now)


def meet_through(*, source: str, name: str, now: datetime) -> UUID:
    """Answer the contact whom others call so behind a door of theirs; the first time, make one.

    Nobody vouches for them. The caller lets no two at once ask for the same.
    """
    return _know(NAMED, source, name, now)


def forget_source(*, source: str) -> None:
    """Know nobody any more by what they were called behind a door."""
    ContactIdentity.objects.filter(kind=NAMED, scope=source).delete()


def describe(*, contact: UUID, profile: Profile) -> str:
    """Write down what the site says now of a contact that the caller holds, and leave the rest; answer the name."""
    row = Contact.objects.get(id=contact)
    said = {"name": profile.name, "email": profile.email, "phone": profile.phone}
    changed = [field for field, value in said.items() if value is not None and getattr(row, field) != value]
    for field in changed:
        setattr(row, field, said[field])
    if changed:
        row.save(update_fields=changed)
        index(contacts=[contact])
    return row.name


def hold(*, contacts: Collection[UUID]) -> None:
    """Let nobody else do for these contacts what must happen once, until COMMIT."""
    list(Contact.objects.select_for_update().filter(id__in=contacts).order_by("id").values_list("id", flat=True))


def hold_own(*, contact: UUID) -> None:
    """Hold one contact who is about to write.

    Raise ContactMerged for one who has nothing of their own any more, ContactBlocked for one who may write nothing.
    """
    row = Contact.objects.select_for_update().get(id=contact)
    if row.merged_into is not None:
        raise ContactMerged
    if row.blocked_at is not None:
        raise rules.ContactBlocked


def hold_writable(*, contact: UUID) -> Contact:
    """Hold one contact of whom something is to be written down; raise NotFound or ContactGone."""
    row = Contact.objects.select_for_update().filter(id=contact).first()
    if row is None:
        raise NotFound
    if row.merged_into is not None or row.erased_at is not None:
        raise ContactGone
    return row


def change(*, contact: UUID, name: str | None, attributes: Mapping[str, Any], by: UUID, now: datetime) -> None:
    """Write down a contact's name, unless it is None, and attributes, null for those to be taken away.

    Nothing happens where all of it is so already. Raises NotFound, ContactGone, or Invalid for every value that does
    not fit its definition; then nothing is written.
    """
    with transaction.atomic():
        row = hold_writable(contact=contact)
        wanted = rules.check_attributes(given=attributes, known=get_attributes() if attributes else {})
        fact = ContactChanged(
            contact=contact,
            name=None if name == row.name else name,
            attributes=rules.find_changes(now=row.attributes, wanted=wanted),
        )
        if fact.name is not None or fact.attributes:
            _write(row, fact, by, now)


def join(*, contact: UUID, into: UUID) -> None:
    """Say that two contacts, both held by the caller, are one person; nobody comes in as the first any more."""
    Contact.objects.filter(id=contact).update(merged_into=into)
    ContactIdentity.objects.filter(contact_id=contact).delete()


def blank(*, contacts: Collection[UUID], now: datetime) -> None:
    """Forget everything personal of these contacts; nobody comes in as one of them any more."""
    rows = Contact.objects.select_for_update().filter(id__in=contacts).order_by("id")
    for row in rows:
        row.name, row.external_id, row.email, row.phone, row.attributes = NAMELESS, None, None, None, {}
        row.erased_at = row.erased_at or now
        row.save(update_fields=["name", "external_id", "email", "phone", "attributes", "erased_at"])
    ContactIdentity.objects.filter(contact_id__in=contacts).delete()
    ContactConsent.objects.filter(contact_id__in=contacts).delete()
    index(contacts=contacts)
    subjects = [subject_of_contact(contact=contact) for contact in contacts]
    log.lock(subjects=subjects)
    for subject in subjects:
        log.erase(subject=subject)


def _know(kind: str, scope: str, value: str, now: datetime) -> UUID:
    known = ContactIdentity.objects.filter(kind=kind, scope=scope, value=value).first()
    if known is not None:
        return known.contact_id
    contact = _add_contact(now, external_id=value if kind == VOUCHED else None)
    ContactIdentity.objects.create(contact=contact, kind=kind, scope=scope, value=value, created_at=now)
    return contact.id


def _add_contact(now: datetime, external_id: str | None = None) -> Contact:
    contact = Contact(created_at=now, external_id=external_id)
    contact.name = f"#{contact.id.hex[-6:].upper()}"
    contact.terms = terms_of(name=contact.name)
    contact.save(force_insert=True)
    return contact


def _write(row: Contact, fact: ContactChanged, by: UUID, now: datetime) -> None:
    row.name = fact.name or row.name
    row.attributes = rules.put(changes=fact.attributes, on=row.attributes)
    row.save(update_fields=["name", "attributes"])
    index(contacts=[row.id])
    subject = subject_of_contact(contact=row.id)
    log.ensure_streams(subjects=[subject])
    log.append(drafts=[Draft(subject=subject, fact=fact, sender=by)], at=now)
