"""Opening tickets: for oneself, for a contact, or as one."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from conversations.contacts.commands import hold_writable
from conversations.engine import log
from conversations.engine.streams import new_subject
from conversations.threads.actors import Actor
from conversations.threads.queries import get_state
from conversations.threads.reach import check_reach
from conversations.tickets import projections
from conversations.tickets.commands.naming import name_people
from conversations.tickets.holding import Held
from conversations.tickets.kind.body import GENERAL
from conversations.tickets.numbering import prefix_of, take_number
from conversations.tickets.rules import changing
from conversations.tickets.rules.asking import check_handle
from conversations.tickets.rules.changing import Begun, Family, Wanted
from conversations.tickets.types import get_type_to_open
from tenants.refusals import Invalid, NotFound


def open_ticket(
    *,
    actor: Actor,
    wanted: Wanted,
    now: datetime,
    type_: str = GENERAL,
    contact: UUID | None = None,
    conversation: UUID | None = None,
) -> UUID:
    """Open a ticket; answer its id. Whoever opens one watches it.

    Raises Invalid for what does not fit or is not there, ContactGone, ApprovalIsMissing or ParentIsClosed.
    """
    check_handle(actor=actor)
    return open_for(
        actor=actor, wanted=name_people(wanted=wanted), type_=type_, contact=contact, conversation=conversation, now=now
    )


def open_for(
    *,
    actor: Actor,
    wanted: Wanted,
    type_: str,
    contact: UUID | None,
    now: datetime,
    conversation: UUID | None = None,
) -> UUID:
    """Open a ticket for whoever may; people in it have their names already. Otherwise as above."""
    body, version = get_type_to_open(key=type_)
    begun = Begun(
        id=new_subject(),
        type=type_,
        version=version,
        body=body,
        contact=contact,
        conversations=() if conversation is None else (conversation,),
        watchers=(actor.id,) if actor.kind == "member" else (),
    )
    with transaction.atomic():
        if contact is not None:
            hold_writable(contact=contact)
        if conversation is not None:
            check_conversation(conversation=conversation, actor=actor)
        family = _hold_parent(wanted, now)
        _write(begun, wanted, family, actor, now)
    return begun.id


def check_conversation(*, conversation: UUID, actor: Actor) -> None:
    """Raise Invalid for a conversation that there is not, or not for `actor`."""
    try:
        check_reach(conversation=conversation, actor=actor)
        get_state(conversation=conversation)
    except NotFound:
        detail = "There is no such conversation."
        raise Invalid(errors=[{"field": "conversation", "code": "not_found", "detail": detail}]) from None


def _hold_parent(wanted: Wanted, now: datetime) -> Family:
    if not wanted.parent:
        return Family()
    held = Held(tickets=[wanted.parent], named=(), now=now)
    if wanted.parent not in held.tickets:
        raise Invalid(errors=[{"field": "parent", "code": "not_found", "detail": "There is no such ticket."}])
    return Family(parent=held.tickets[wanted.parent])


def _write(begun: Begun, wanted: Wanted, family: Family, actor: Actor, now: datetime) -> None:
    """Write it down; the head comes last, and with it the number."""
    opened, facts = changing.open_ticket(begun=begun, wanted=wanted, family=family, actor=actor)
    log.open_streams(subject=begun.id)
    prefix = prefix_of(body=begun.body)
    opened = msgspec.structs.replace(opened, prefix=prefix, number=take_number(prefix=prefix))
    projections.new_row(opened=opened, at=now).save(force_insert=True)
    Held(tickets=[begun.id], named=(), now=now).write(facts=[opened, *facts], actor=actor, now=now)
