"""Writing down that somebody agrees to a purpose, or does not any more."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction

from conversations.contacts.commands import hold_writable
from conversations.contacts.consent import rules
from conversations.contacts.consent.queries import get_consents, get_purposes
from conversations.contacts.events import ConsentGiven, ConsentWithdrawn
from conversations.contacts.merging.queries import get_group
from conversations.contacts.models import ContactConsent
from conversations.contacts.streams import subject_of_contact
from conversations.engine import log
from conversations.engine.events import Draft
from conversations.engine.models import Event
from tenants.refusals import Invalid, NotFound, wrong

MESSAGE: Final = "message.posted.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said of a purpose: yes or no, how, in which language the words were shown, and what shows it."""

    given: bool
    how: rules.How
    language: str | None
    proof: rules.Proof


def say(*, contact: UUID, purpose: str, said: Said, by: UUID | None, now: datetime) -> bool:
    """Write down what a contact said of a purpose; answer whether that was news.

    Raises NotFound for a contact or a purpose that is not there, ContactGone, or Invalid.
    """
    rules.check_proof(proof=said.proof, how=said.how)
    with transaction.atomic():
        hold_writable(contact=contact)
        fact = _fact(contact, purpose, said)
        _check_message(said.proof, get_group(contact=contact))
        last = get_consents(contact=contact).get(purpose)
        if not rules.is_news(last=last, given=said.given, version=fact.version):
            return False
        _write(fact, by, now)
        return True


def _fact(contact: UUID, purpose: str, said: Said) -> ConsentGiven | ConsentWithdrawn:
    known = get_purposes().get(purpose)
    if known is None:
        raise NotFound
    shape = ConsentGiven if said.given else ConsentWithdrawn
    return shape(
        contact=contact,
        purpose=purpose,
        version=known.version,
        language=rules.choose_language(purpose=known.body, language=said.language),
        how=said.how,
        conversation=said.proof.conversation,
        seq=said.proof.seq,
        note=said.proof.note,
    )


def _check_message(proof: rules.Proof, group: Collection[UUID]) -> None:
    """Raise Invalid unless the message that is to show it is one of the contact's own."""
    if proof.conversation is None or proof.seq is None:
        return
    theirs = Event.objects.filter(stream=proof.conversation, seq=proof.seq, kind=MESSAGE, sender__in=group)
    if not theirs.exists():
        raise Invalid(errors=[wrong(field="seq", detail="There is no such message of this contact.")])


def _write(fact: ConsentGiven | ConsentWithdrawn, by: UUID | None, now: datetime) -> None:
    subject = subject_of_contact(contact=fact.contact)
    log.ensure_streams(subjects=[subject])
    kept = msgspec.structs.asdict(fact)
    place = {name: kept.pop(name) for name in ("contact", "purpose")}
    ContactConsent.objects.update_or_create(
        contact_id=place["contact"],
        purpose=place["purpose"],
        defaults={**kept, "given": isinstance(fact, ConsentGiven), "at": now, "by": by},
    )
    log.append(drafts=[Draft(subject=subject, fact=fact, sender=by)], at=now)
