"""What a ticket's customer may do about it, and which of its promises they are told. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import UnsetType

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.tickets.events import (
    SETTLED,
    Promise,
    TicketAttentionAsked,
    TicketCustomerEscalated,
    TicketFileAdded,
)
from conversations.tickets.kind.body import TicketType
from conversations.tickets.rules import changing
from conversations.tickets.rules.asking import check_open
from conversations.tickets.rules.changing import Family, Said
from conversations.tickets.rules.ticket import Ticket
from tenants.refusals import Invalid, NotFound, Refusal

REPLIES: tuple[Promise, ...] = ("first_reply", "next_reply")


class NothingToConfirm(Refusal):
    """Only what is solved can be confirmed, or taken up again."""

    code = "not_solved"
    status = 409


class TooLateToReopen(Refusal):
    """It was settled too long ago to be taken up again; ask anew."""

    code = "too_late_to_reopen"
    status = 409


class EscalatedEnough(Refusal):
    """It has been escalated as often as it can be, or there is nothing to be done any more."""

    code = "escalated_enough"
    status = 409


class EscalatedLately(Refusal):
    """It was escalated a short while ago, and has been seen; wait a little."""

    code = "escalated_lately"
    status = 409


def check_own(*, ticket: Ticket, contact: Actor) -> None:
    """Refuse whoever is not the customer of a ticket: for them there is none."""
    if contact.kind != "contact" or ticket.contact != contact.id:
        raise NotFound


def answer(*, ticket: Ticket, body: TicketType, family: Family, contact: Actor, text: str, now: datetime) -> list[Fact]:
    """Say something; what waited for that, or was solved, is open again, unless it is too late for that."""
    _check_answer(ticket, body, contact, now)
    said = changing.comment(ticket=ticket, actor=contact, said=Said(text=text))
    return [said, *_go_on(ticket, body, family)]


def add_file(
    *, ticket: Ticket, body: TicketType, family: Family, contact: Actor, added: TicketFileAdded, now: datetime
) -> list[Fact]:
    """Add a file, as one says something."""
    _check_answer(ticket, body, contact, now)
    return [added, *_go_on(ticket, body, family)]


def confirm(*, ticket: Ticket, body: TicketType, family: Family, contact: Actor) -> list[Fact]:
    """Say that it is settled indeed: it is closed."""
    check_own(ticket=ticket, contact=contact)
    _check_solved(ticket)
    return changing.move(ticket=ticket, body=body, to=body.closing.key, family=family)


def reopen(*, ticket: Ticket, body: TicketType, family: Family, contact: Actor, now: datetime) -> list[Fact]:
    """Say that it is not settled; raise TooLateToReopen."""
    check_own(ticket=ticket, contact=contact)
    _check_solved(ticket)
    _check_window(ticket, body, now)
    return _open_again(ticket, body, family)


def escalate(
    *,
    ticket: Ticket,
    body: TicketType,
    contact: Actor,
    before: Sequence[datetime],
    told: tuple[UUID, ...] = (),
    now: datetime,
) -> list[Fact]:
    """Want somebody else to look at it, after those times `before`. Raises EscalatedEnough or EscalatedLately."""
    check_own(ticket=ticket, contact=contact)
    check_open(ticket=ticket)
    if ticket.is_settled or len(before) >= body.escalations.most:
        raise EscalatedEnough
    if before and now < max(before) + timedelta(hours=body.escalations.hours_apart):
        raise EscalatedLately
    return [
        TicketCustomerEscalated(ticket=ticket.id),
        TicketAttentionAsked(ticket=ticket.id, nth=len(before) + 1, told=told),
    ]


def may_escalate(
    *, ticket: Ticket, body: TicketType, contact: Actor, before: Sequence[datetime], now: datetime
) -> bool:
    """Tell whether their ticket can be escalated now."""
    try:
        escalate(ticket=ticket, body=body, contact=contact, before=before, now=now)
    except Refusal:
        return False
    return True


def is_too_late(*, ticket: Ticket, body: TicketType, now: datetime) -> bool:
    """Tell whether it was settled so long ago that its customer takes it up no more."""
    days = body.reopens_within_days
    if ticket.settled_at is None or isinstance(days, UnsetType):
        return False
    return now >= ticket.settled_at + timedelta(days=days)


def choose_promise(*, promises: Iterable[tuple[Promise, datetime | None]]) -> tuple[Promise, datetime] | None:
    """Answer what the customer waits for next, and until when: a reply, a word of how it stands, or the end."""
    known = {promise: at for promise, at in promises if at is not None}
    named: tuple[Promise, ...] = (*REPLIES, "update", "resolution")
    soonest = [(known[promise], n, promise) for n, promise in enumerate(named) if promise in known]
    return (min(soonest)[2], min(soonest)[0]) if soonest else None


def _check_answer(ticket: Ticket, body: TicketType, contact: Actor, now: datetime) -> None:
    check_own(ticket=ticket, contact=contact)
    check_open(ticket=ticket)
    _check_window(ticket, body, now)


def _go_on(ticket: Ticket, body: TicketType, family: Family) -> list[Fact]:
    return _open_again(ticket, body, family) if ticket.category in {"pending", "solved"} else []


def _check_window(ticket: Ticket, body: TicketType, now: datetime) -> None:
    if is_too_late(ticket=ticket, body=body, now=now):
        raise TooLateToReopen


def _check_solved(ticket: Ticket) -> None:
    check_open(ticket=ticket)
    if ticket.category not in SETTLED:
        raise NothingToConfirm


def _open_again(ticket: Ticket, body: TicketType, family: Family) -> list[Fact]:
    """Answer how it is opened again; where the company lets it go there from its status."""
    try:
        return changing.move(ticket=ticket, body=body, to=body.reopening.key, family=family)
    except Invalid:
        return []
