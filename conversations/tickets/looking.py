"""Tickets as pages look at them: each with what is promised of it, and a mark that says when to look again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from conversations.tickets.models import TicketRow
from conversations.tickets.projections import as_ticket
from conversations.tickets.promises.queries import Standing, get_standings
from conversations.tickets.queries import Filters, Order, get_page, get_ticket, get_tickets
from conversations.tickets.rules.ticket import Ticket
from tenants.paging import Page, Window


@dataclass(frozen=True, slots=True)
class Looked:
    """A ticket, its promises, and a `mark` that is another one whenever something happened to it."""

    ticket: Ticket
    standings: Sequence[Standing]
    mark: str


def look(*, ticket: UUID) -> Looked:
    """Answer one; raise NotFound."""
    return _look([get_ticket(ticket=ticket)])[0]


def look_at(*, tickets: Collection[UUID]) -> dict[UUID, Ticket]:
    """Answer those of these tickets that there are."""
    return {id_: as_ticket(row=row) for id_, row in get_tickets(tickets=tickets).items()}


def look_through(*, filters: Filters, window: Window, order: Order) -> Page[Looked]:
    """Answer a page of the tickets."""
    page = get_page(filters=filters, window=window, order=order)
    return Page(_look(page.rows), page.next, page.previous)


def _look(rows: Sequence[TicketRow]) -> list[Looked]:
    standings = get_standings(rows=rows)
    return [Looked(as_ticket(row=row), standings.get(row.id, []), _mark(row)) for row in rows]


def _mark(row: TicketRow) -> str:
    return f"{row.public_seq}.{row.staff_seq}"
