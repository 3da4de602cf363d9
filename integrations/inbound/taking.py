"""Taking a call once: its id is remembered for a day together with its effect and its answer, by one transaction."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from django.db import transaction
from django.utils.crypto import salted_hmac
from msgspec import UnsetType

from conversations.access.answers import Asked, Kept, KeyReused, StillRunning, run_in_transaction, wait_for_others
from conversations.channels.incoming import commands as incoming
from conversations.channels.incoming.commands import Door, Person
from conversations.contacts.identities.rules import find_normal
from conversations.threads.actors import Actor
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.rules.changing import Wanted
from integrations.inbound.calls import Call, ContactCall, MessageCall, Taken, TicketCall, Whom
from integrations.inbound.commands import source_of
from integrations.inbound.models import Install
from integrations.inbound.rules.installs import NEEDED
from tenants.refusals import Invalid, NotAllowed, Refusal

CHANNEL: Final = "partner"
HANDLES: Final = frozenset({"tickets.view", "tickets.handle"})  # whoever opens one sees it; of it only its id is told
CALLED_WITHIN: Final = timedelta(minutes=10)


class IdReused(Refusal):
    """There was a call with this webhook-id before, and it said something else."""

    code = "id_reused"
    status = 422


class StillTaken(Refusal):
    """The first call with this webhook-id is not done yet; try again."""

    code = "still_running"
    status = 409
    wait = 0


def take(*, install: Install, id_: str, body: bytes, call: Call, now: datetime) -> str:
    """Do what a call asks for, or nothing if its id was there before; answer the JSON that the first one was answered.

    Of two at once the second waits for the first. Raises NotAllowed, IdReused, StillTaken, and what the rooms refuse.
    """
    said = call.__struct_config__.tag
    if NEEDED[str(said)] not in install.scopes:
        raise NotAllowed(detail=f"This install lacks the scope {NEEDED[str(said)]}.")
    digest = salted_hmac("yunke.inbound", body, algorithm="sha256").hexdigest()
    asked = Asked(source_of(install=install.id), id_, digest)
    first: list[str] = []

    def run() -> Kept:
        first.append(msgspec.json.encode(_do(install, id_, call, now)).decode())
        return Kept(200, first[0])

    with transaction.atomic():
        try:
            wait_for_others(asked=asked)
            _note_use(install, now)
            kept = run_in_transaction(asked=asked, now=now, run=run)
        except KeyReused:
            raise IdReused from None
        except StillRunning:
            raise StillTaken from None
    return first[0] if kept is None else kept.body


def _do(install: Install, id_: str, call: Call, now: datetime) -> Taken:
    door = Door(source=source_of(install=install.id), inbox=install.inbox, channel=CHANNEL, by=install.id)
    match call:
        case MessageCall(thread=thread, contact=whom, text=text):
            own = hashlib.sha256(id_.encode()).hexdigest() if isinstance(call.id, UnsetType) else call.id
            said: dict[str, Any] = {"thread": thread, "text": text, "client_id": own, "now": now}
            heard = incoming.hear(door=door, person=_person(whom), **said)
            return Taken(
                type="message",
                contact=heard.contact,
                conversation=heard.conversation,
                seq=heard.event.seq,
                position=heard.event.position,
            )
        case ContactCall(contact=whom):
            return Taken(type="contact", contact=incoming.meet(door=door, person=_person(whom), now=now))
        case TicketCall():
            return _open(install, door, call, now)


def _open(install: Install, door: Door, call: TicketCall, now: datetime) -> Taken:
    """Open the ticket before what is said of its contact is written: that takes the head, which comes after numbers."""
    conversation = None if call.thread is None else incoming.find_conversation(door=door, thread=call.thread)
    if call.thread is not None and conversation is None:
        detail = "Nothing was said in this thread yet."
        raise Invalid(errors=[{"field": "thread", "code": "not_found", "detail": detail}])
    person = None if call.contact is None else _person(call.contact)
    contact = None if person is None else incoming.hold(door=door, person=person, now=now)
    ticket = open_ticket(
        actor=Actor("key", install.id, install.name, HANDLES),
        wanted=Wanted(title=call.title, text=call.text, fields=call.fields, priority=call.priority),
        type_=call.ticket_type,
        contact=contact,
        conversation=conversation,
        now=now,
    )
    if person is not None and contact is not None:
        incoming.write_down(door=door, person=person, contact=contact, now=now)
    return Taken(type="ticket", contact=contact, conversation=conversation, ticket=ticket)


def _person(whom: Whom) -> Person:
    told = {"email": whom.email, "phone": whom.phone}
    known_by = {kind: value for kind, value in told.items() if not isinstance(value, UnsetType)}
    _check(known_by)
    name = None if isinstance(whom.name, UnsetType) else whom.name
    return Person(id=whom.id, name=name, known_by=known_by, attributes=whom.attributes)


def _check(known_by: Mapping[str, str]) -> None:
    for kind, value in known_by.items():
        if find_normal(kind=kind, value=value) is None:
            detail = "This is no address of its kind; phone numbers are with their country."
            raise Invalid(errors=[{"field": f"contact.{kind}", "code": "invalid", "detail": detail}])


def _note_use(install: Install, now: datetime) -> None:
    if install.called_at is None or install.called_at < now - CALLED_WITHIN:
        Install.objects.filter(id=install.id).update(called_at=now)
