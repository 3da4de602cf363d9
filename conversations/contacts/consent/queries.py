"""Reading what contacts have agreed to."""

from collections.abc import Collection, Mapping
from typing import cast
from uuid import UUID

import msgspec

from conversations.contacts.consent import rules
from conversations.contacts.consent.purpose import PURPOSE, Purpose
from conversations.contacts.merging.queries import get_group
from conversations.contacts.models import ContactConsent
from conversations.contacts.streams import subject_of_contact
from conversations.definitions.queries import get_definitions
from conversations.engine.events import Audience
from conversations.engine.models import Event
from conversations.engine.streams import stream_of
from tenants.paging import Page, Window, cut, turn

KINDS = ("contact.consent_given.v1", "contact.consent_withdrawn.v1")


def get_purposes() -> dict[str, rules.InForce]:
    """Answer every purpose that is in force, by its key."""
    rows = get_definitions(kind=PURPOSE.name)
    return {row.key: rules.InForce(msgspec.convert(row.body, Purpose), row.version) for row in rows}


def get_consents(*, contact: UUID) -> Mapping[str, rules.Consent]:
    """Answer by purpose what a contact, or anybody who is one with them, said last; raise NotFound."""
    return rules.find_last(consents=_read(get_group(contact=contact)))


def get_own(*, contact: UUID) -> Mapping[str, rules.Consent]:
    """Answer by purpose what this contact alone said last."""
    return rules.find_last(consents=_read([contact]))


def is_allowed(*, contact: UUID, purpose: str) -> bool:
    """Tell whether something may be done for this purpose now: whoever does it asks each time."""
    said = get_consents(contact=contact).get(purpose)
    return said is not None and rules.counts(consent=said, now=get_purposes().get(purpose))


def get_history(*, contact: UUID, window: Window) -> Page[Event]:
    """Answer a page of all that was ever said of consent, the newest first; raise NotFound."""
    streams = [
        stream_of(subject=subject_of_contact(contact=one), audience=Audience.STAFF)
        for one in get_group(contact=contact)
    ]
    said = Event.objects.filter(stream__in=streams, kind__in=KINDS)
    rows = cut(rows=said, fields=("position",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.position,))


def _read(contacts: Collection[UUID]) -> list[rules.Consent]:
    rows = ContactConsent.objects.filter(contact_id__in=contacts).order_by("at", "id")
    return [_as_consent(row) for row in rows]


def _as_consent(row: ContactConsent) -> rules.Consent:
    return rules.Consent(
        purpose=row.purpose,
        given=row.given,
        version=row.version,
        language=row.language,
        how=cast("rules.How", row.how),
        at=row.at,
        by=row.by,
        proof=rules.Proof(conversation=row.conversation, seq=row.seq, note=row.note),
    )
