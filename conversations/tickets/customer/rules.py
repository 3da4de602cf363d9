"""What a ticket's customer may do about it, and which of its promises they are told. Pure."""

from collections.abc import Iterable
from datetime import datetime

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.tickets.events import SETTLED, Promise
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


def check_own(*, ticket: Ticket, contact: Actor) -> None:
    """Refuse whoever is not the customer of a ticket: for them there is none."""
    if contact.kind != "contact" or ticket.contact != contact.id:
        raise NotFound


def answer(*, ticket: Ticket, body: TicketType, family: Family, contact: Actor, text: str) -> list[Fact]:
    """Say something; what waited for that, or was solved, is open again."""
    check_own(ticket=ticket, contact=contact)
    said = changing.comment(ticket=ticket, actor=contact, said=Said(text=text))
    waited = ticket.category in {"pending", "solved"}
    return [said, *(_open_again(ticket, body, family) if waited else [])]


def confirm(*, ticket: Ticket, body: TicketType, family: Family, contact: Actor) -> list[Fact]:
    """Say that it is settled indeed: it is closed."""
    check_own(ticket=ticket, contact=contact)
    _check_solved(ticket)
    return changing.move(ticket=ticket, body=body, to=body.closing.key, family=family)


def reopen(*, ticket: Ticket, body: TicketType, family: Family, contact: Actor) -> list[Fact]:
    """Say that it is not settled."""
    check_own(ticket=ticket, contact=contact)
    _check_solved(ticket)
    return _open_again(ticket, body, family)


def choose_promise(*, promises: Iterable[tuple[Promise, datetime | None]]) -> tuple[Promise, datetime] | None:
    """Answer what the customer waits for next, and until when: a reply, a word of how it stands, or the end."""
    known = {promise: at for promise, at in promises if at is not None}
    named: tuple[Promise, ...] = (*REPLIES, "update", "resolution")
    soonest = [(known[promise], n, promise) for n, promise in enumerate(named) if promise in known]
    return (min(soonest)[2], min(soonest)[0]) if soonest else None


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
