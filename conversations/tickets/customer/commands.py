"""What a ticket's customer does about it: hold, decide, append, as for everybody else."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from conversations.contacts.commands import hold_own
from conversations.engine.events import Fact, Recorded
from conversations.threads.actors import Actor
from conversations.tickets import filing
from conversations.tickets.commands.opening import open_for
from conversations.tickets.customer import rules
from conversations.tickets.customer.link import sign_link
from conversations.tickets.customer.rules import check_own
from conversations.tickets.events import TicketFileAdded
from conversations.tickets.holding import family_of, hold
from conversations.tickets.kind.body import TicketType
from conversations.tickets.projections import as_ticket
from conversations.tickets.promises.directory import Directory
from conversations.tickets.queries import get_escalations, get_ticket
from conversations.tickets.rules.asking import check_handle
from conversations.tickets.rules.changing import Family, Wanted
from conversations.tickets.rules.ticket import Ticket
from conversations.tickets.types import get_type, get_type_to_open
from tenants.context import current_tenant
from tenants.refusals import Invalid, Refusal
from tenants.tries import Tries

Decide = Callable[[Ticket, TicketType, Family], Sequence[Fact]]
ACTS: Final = Tries(name="ticket.customer", limit=20)


class NobodysTicket(Refusal):
    """This ticket is no contact's: there is nobody to be let in."""

    code = "no_contact"
    status = 409


def make_link(*, ticket: UUID, actor: Actor) -> str:
    """Answer what lets the ticket's customer in; raise NobodysTicket."""
    check_handle(actor=actor)
    row = get_ticket(ticket=ticket)
    if row.contact_id is None:
        raise NobodysTicket
    return sign_link(ticket=ticket, contact=row.contact_id)


def count_act(*, ticket: UUID, contact: UUID) -> None:
    """Count something that a customer does about a ticket, outside of any transaction; raise TooManyTries."""
    ACTS.spend(key=f"{current_tenant().id} {ticket} {contact}")


def answer(*, ticket: UUID, contact: Actor, text: str, client_id: str, now: datetime) -> None:
    """Say something; the same client id again is the same thing. Raises what blocked or merged contacts are refused."""

    def decide(state: Ticket, body: TicketType, family: Family) -> Sequence[Fact]:
        return rules.answer(ticket=state, body=body, family=family, contact=contact, text=text, now=now)

    _change(ticket, contact, now, decide, client_id)


def confirm(*, ticket: UUID, contact: Actor, now: datetime) -> None:
    """Say that it is settled indeed."""

    def decide(state: Ticket, body: TicketType, family: Family) -> Sequence[Fact]:
        return rules.confirm(ticket=state, body=body, family=family, contact=contact)

    _change(ticket, contact, now, decide)


def reopen(*, ticket: UUID, contact: Actor, now: datetime) -> None:
    """Say that it is not settled; raise TooLateToReopen."""

    def decide(state: Ticket, body: TicketType, family: Family) -> Sequence[Fact]:
        return rules.reopen(ticket=state, body=body, family=family, contact=contact, now=now)

    _change(ticket, contact, now, decide)


def escalate(*, ticket: UUID, contact: Actor, now: datetime) -> None:
    """Want somebody else to look at it: the ladder's next step is taken. Raises EscalatedEnough or EscalatedLately."""

    def decide(state: Ticket, body: TicketType, _family: Family) -> Sequence[Fact]:
        told = Directory().find(body.escalations.tells, state)
        before = get_escalations(ticket=ticket)
        return rules.escalate(ticket=state, body=body, contact=contact, before=before, told=told, now=now)

    _change(ticket, contact, now, decide)


def open_own(*, contact: Actor, type_: str, title: str, text: str, fields: Mapping[str, Any], now: datetime) -> UUID:
    """Open a ticket of one's own, of a type that customers may open; answer its id. Raises Invalid, or as answers."""
    body, _ = get_type_to_open(key=type_)
    if not body.customers_open:
        detail = "There is no such type of tickets."
        raise Invalid(errors=[{"field": "type", "code": "not_found", "detail": detail}])
    wanted = Wanted(title=title, text=text, fields=dict(fields))
    with transaction.atomic():
        hold_own(contact=contact.id)
        return open_for(actor=contact, wanted=wanted, type_=type_, contact=contact.id, now=now)


def add_file(*, ticket: UUID, contact: Actor, name: str, data: bytes, client_id: str, now: datetime) -> None:
    """Add a file; what waited for that, or was solved, is open again. The same client id again is the same file.

    Raises FileTooLarge, FileNotTaken, TicketIsFull, and what is refused of answers.
    """
    check_own(ticket=as_ticket(row=get_ticket(ticket=ticket)), contact=contact)

    def write(added: TicketFileAdded) -> Recorded:
        def decide(state: Ticket, body: TicketType, family: Family) -> Sequence[Fact]:
            filing.check_room(ticket=ticket, file=added.file)
            return rules.add_file(ticket=state, body=body, family=family, contact=contact, added=added, now=now)

        return _change(ticket, contact, now, decide, client_id)[0]

    filing.put(ticket=ticket, actor=contact, name=name, data=data, client_id=client_id, write=write)


def _change(
    ticket: UUID, contact: Actor, now: datetime, decide: Decide, client_id: str | None = None
) -> list[Recorded]:
    with transaction.atomic():
        hold_own(contact=contact.id)
        held = hold(tickets=[ticket], now=now)
        state = held.tickets[ticket]
        family = family_of(held=held, ticket=state, parent=state.parent)
        facts = decide(state, get_type(key=state.type), family)
        return held.write(facts=facts, actor=contact, now=now, client_id=client_id)
