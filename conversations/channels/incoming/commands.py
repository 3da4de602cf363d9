"""Taking what comes in by a door: somebody is known again, says something, has something to be done.

Everything is one transaction: what is needed is held first (thread, person, contact, streams), then it is written.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from conversations.channels.incoming.models import Thread
from conversations.contacts import commands as contacts
from conversations.contacts.identities import commands as identities
from conversations.contacts.queries import get_contact
from conversations.contacts.streams import subject_of_contact
from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.threads.actors import Actor
from conversations.threads.commands import post_message, start_conversation
from conversations.threads.queries import get_all_of, get_state
from tenants.context import current_tenant
from tenants.database.locks import lock_key
from tenants.refusals import Refusal


class ThreadOfAnother(Refusal):
    """In this thread somebody else writes; a thread is one contact's."""

    code = "thread_of_another"
    status = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Names of persons and threads are told apart by `source`. What comes in goes to `inbox`; `by` writes it down."""

    source: str
    inbox: str
    channel: str
    by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as a door names them, and what it says of them. None, or left out: it does not say.

    `known_by`: addresses by their kind of identity. Of those, what can be none is left out.
    """

    id: str
    name: str | None = None
    known_by: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    attributes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Heard:
    """What somebody said, on the log, and where."""

    contact: UUID
    conversation: UUID
    event: Recorded


def hear(*, door: Door, person: Person, thread: str, text: str, client_id: str, now: datetime) -> Heard:
    """Let somebody say something in a thread, which is opened or gone on with; the same client id is the same thing.

    Raises ThreadOfAnother, ContactBlocked, or Invalid for attributes that do not fit.
    """
    with transaction.atomic():
        _lock(f"thread:{door.source}:{thread}")
        conversation = find_conversation(door=door, thread=thread)
        contact = hold(door=door, person=person, now=now, conversations=[conversation] if conversation else [])
        contacts.hold_own(contact=contact)
        if conversation is not None and get_state(conversation=conversation).contact != contact:
            raise ThreadOfAnother
        write_down(door=door, person=person, contact=contact, now=now)
        if conversation is None:
            conversation = start_conversation(contact=contact, inbox=door.inbox, channel=door.channel, now=now)
            Thread.objects.create(source=door.source, thread=_hash(door, thread), conversation=conversation)
        actor = Actor("contact", contact, get_contact(contact=contact).name)
        event = post_message(conversation=conversation, actor=actor, text=text, client_id=client_id, now=now)
    return Heard(contact, conversation, event)


def meet(*, door: Door, person: Person, now: datetime) -> UUID:
    """Write down what a door says of somebody; answer the contact, who is made the first time.

    Raises Invalid for attributes that do not fit.
    """
    with transaction.atomic():
        contact = hold(door=door, person=person, now=now)
        write_down(door=door, person=person, contact=contact, now=now)
    return contact


def hold(*, door: Door, person: Person, now: datetime, conversations: Sequence[UUID] = ()) -> UUID:
    """Answer the contact whom a door names so, held with their stream and these conversations until COMMIT."""
    _lock(f"person:{door.source}:{person.id}")
    contact = contacts.meet_through(source=door.source, name=person.id, now=now)
    contacts.hold_writable(contact=contact)
    own = subject_of_contact(contact=contact)
    log.ensure_streams(subjects=[own])
    log.lock(subjects=[own, *conversations])
    return contact


def write_down(*, door: Door, person: Person, contact: UUID, now: datetime) -> None:
    """Write down what a door says of a contact that hold() has answered; the rest stays as it was."""
    told = [identities.Told(kind, value) for kind, value in {**person.known_by, "external_id": person.id}.items()]
    identities.write(claim=identities.look(contact=contact, told=told, by=door.by), now=now)
    contacts.change(contact=contact, name=person.name, attributes=person.attributes, by=door.by, now=now)


def find_conversation(*, door: Door, thread: str) -> UUID | None:
    """Answer which conversation a thread is, if it is one."""
    rows = Thread.objects.filter(source=door.source, thread=_hash(door, thread))
    return rows.values_list("conversation", flat=True).first()


def close_door(*, source: str) -> None:
    """Forget by what names a door knew people and threads; they stay what they are."""
    Thread.objects.filter(source=source).delete()
    contacts.forget_source(source=source)


def forget_threads_of(found: Sequence[UUID], _actor: Actor, _now: datetime) -> list[UUID]:
    """Fill the port of erasure: what comes in these contacts' threads from now on is somebody new's."""
    Thread.objects.filter(conversation__in=get_all_of(contacts=found)).delete()
    return []


def _hash(door: Door, thread: str) -> str:
    return hashlib.sha256(f"{door.source}\0{thread}".encode()).hexdigest()


def _lock(name: str) -> None:
    """Let nobody else do the same until COMMIT: of two who come first at once, one makes what the other finds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"{current_tenant().schema}:{name}")])
