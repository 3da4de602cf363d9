"""Changing a ticket: what it is about, where it stands, who has it, what is said in it, what is done."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from msgspec import UNSET

from conversations.engine.events import Fact, Recorded
from conversations.threads.actors import SYSTEM, Actor
from conversations.tickets.commands.naming import name_people
from conversations.tickets.events import TicketAssigned, Unit
from conversations.tickets.holding import Held, family_of, hold, hold_tree
from conversations.tickets.holding import change as change_held
from conversations.tickets.models import TicketRow
from conversations.tickets.rules import changing, working
from conversations.tickets.rules.asking import check_handle
from conversations.tickets.rules.changing import Said, Wanted
from conversations.tickets.types import get_type
from tenants.database.models import new_id
from tenants.refusals import Invalid

DEEPEST: Final = 10


def change(*, ticket: UUID, actor: Actor, wanted: Wanted, now: datetime) -> None:
    """Let a ticket be so from now on, all of it or nothing; what is so already is nothing.

    Raises NotFound, Invalid, TicketIsClosed, TicketIsMerged, ChildrenAreOpen, ParentIsClosed, ApprovalIsMissing or
    TicketChanged.
    """
    check_handle(actor=actor)
    wanted = name_people(wanted=wanted)
    with transaction.atomic():
        if wanted.parent:
            hold_tree()
            _check_tree(ticket, wanted.parent)
        held = hold(tickets=[ticket, *([wanted.parent] if wanted.parent else [])], now=now)
        state = held.tickets[ticket]
        parent = state.parent if wanted.parent is UNSET else wanted.parent
        family = family_of(held=held, ticket=state, parent=parent or None)
        facts = changing.change(ticket=state, body=get_type(key=state.type), wanted=wanted, family=family)
        held.write(facts=facts, actor=actor, now=now)


def comment(*, ticket: UUID, actor: Actor, said: Said, client_id: str, now: datetime) -> Recorded:
    """Say something in a ticket; the same client id again answers the first one."""

    def decide(held: Held) -> list[Fact]:
        return [changing.comment(ticket=held.tickets[ticket], actor=actor, said=said)]

    return change_held(tickets=[ticket], actor=actor, now=now, decide=decide, client_id=client_id)[0]


def acknowledge(*, ticket: UUID, actor: Actor, now: datetime) -> None:
    """Say that one has heard of what a ticket was escalated for; raise NothingToAcknowledge."""

    def decide(held: Held) -> list[Fact]:
        return changing.acknowledge(ticket=held.tickets[ticket], actor=actor, is_asked=held.is_escalated(ticket=ticket))

    change_held(tickets=[ticket], actor=actor, now=now, decide=decide)


def add_item(*, ticket: UUID, actor: Actor, text: str, now: datetime) -> UUID:
    """Put a point on the checklist; answer its id."""
    item = new_id()

    def decide(held: Held) -> list[Fact]:
        return working.add_item(ticket=held.tickets[ticket], item=item, text=text)

    change_held(tickets=[ticket], actor=actor, now=now, decide=decide)
    return item


def change_item(*, ticket: UUID, item: UUID, actor: Actor, text: str | None, done: bool | None, now: datetime) -> None:
    """Say that a point is done or not, or in other words; raise NotFound."""

    def decide(held: Held) -> list[Fact]:
        return working.change_item(ticket=held.tickets[ticket], item=item, text=text, done=done)

    change_held(tickets=[ticket], actor=actor, now=now, decide=decide)


def remove_item(*, ticket: UUID, item: UUID, actor: Actor, now: datetime) -> None:
    """Take a point off the checklist; raise NotFound."""

    def decide(held: Held) -> list[Fact]:
        return working.remove_item(ticket=held.tickets[ticket], item=item)

    change_held(tickets=[ticket], actor=actor, now=now, decide=decide)


def log_time(*, ticket: UUID, actor: Actor, amount: float, unit: Unit, text: str, now: datetime) -> UUID:
    """Write down time that went into it; answer the entry's id."""
    entry = new_id()
    member = actor.id if actor.kind == "member" else None

    def decide(held: Held) -> list[Fact]:
        state = held.tickets[ticket]
        return working.log_time(ticket=state, entry=entry, amount=amount, unit=unit, text=text, member=member)

    change_held(tickets=[ticket], actor=actor, now=now, decide=decide)
    return entry


def remove_time(*, ticket: UUID, entry: UUID, actor: Actor, now: datetime) -> None:
    """Take an entry of time back; raise NotFound."""

    def decide(held: Held) -> list[Fact]:
        return working.remove_time(ticket=held.tickets[ticket], entry=entry)

    change_held(tickets=[ticket], actor=actor, now=now, decide=decide)


def release(*, member: UUID, now: datetime) -> int:
    """Let what a member has and is not settled be nobody's, each in a transaction of its own; answer how many."""
    return hand_over(gone=member, to=None, name=None, now=now)


def hand_over(*, gone: UUID, to: UUID | None, name: str | None, now: datetime) -> int:
    """Give what `gone` has and is not settled to `to`, who is called `name`, or to nobody; answer how many."""
    owned = TicketRow.objects.filter(owner=gone, settled_at__isnull=True).order_by("id")
    ids = list(owned.values_list("id", flat=True))
    for ticket in ids:

        def decide(held: Held, ticket: UUID = ticket) -> list[Fact]:
            state = held.tickets[ticket]
            if state.owner != gone:
                return []
            return [TicketAssigned(ticket=ticket, owner=to, name=name, team=state.team)]

        change_held(tickets=[ticket], actor=SYSTEM, now=now, decide=decide)
    return len(ids)


def _check_tree(ticket: UUID, parent: UUID) -> None:
    """Raise Invalid where a ticket would be a part of itself, or of too much."""
    above: dict[UUID, UUID | None] = {}
    each: UUID | None = parent
    while each is not None and each not in above:
        if len(above) >= DEEPEST:
            detail = f"There are {DEEPEST} tickets above this one already."
            raise Invalid(errors=[{"field": "parent", "code": "invalid", "detail": detail}])
        row = TicketRow.objects.filter(id=each).values_list("parent", flat=True).first()
        above[each] = row
        each = row
    if not TicketRow.objects.filter(id=parent).exists():
        raise Invalid(errors=[{"field": "parent", "code": "not_found", "detail": "There is no such ticket."}])
    changing.check_ancestors(ticket=ticket, above=above, parent=parent)
