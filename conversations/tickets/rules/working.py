"""What is done in a ticket: points of a checklist, and the time that goes into it."""

from typing import Final
from uuid import UUID

from conversations.engine.events import Fact
from conversations.tickets.events import (
    Item,
    TicketItemRemoved,
    TicketItemWritten,
    TicketTimeLogged,
    TicketTimeRemoved,
    Unit,
)
from conversations.tickets.rules.asking import TicketIsFull, check_open
from conversations.tickets.rules.ticket import Ticket
from tenants.refusals import NotFound

MOST_ITEMS: Final = 200
MOST_ENTRIES: Final = 500


def add_item(*, ticket: Ticket, item: UUID, text: str) -> list[Fact]:
    """Put a point on the checklist."""
    check_open(ticket=ticket)
    if len(ticket.checklist) >= MOST_ITEMS:
        raise TicketIsFull
    return [TicketItemWritten(ticket=ticket.id, item=item, text=text, done=False)]


def change_item(*, ticket: Ticket, item: UUID, text: str | None, done: bool | None) -> list[Fact]:
    """Say that a point is done or not, or in other words; None: as it is."""
    check_open(ticket=ticket)
    was = _get_item(ticket, item)
    now = Item(id=item, text=was.text if text is None else text, done=was.done if done is None else done)
    return [] if now == was else [TicketItemWritten(ticket=ticket.id, item=item, text=now.text, done=now.done)]


def remove_item(*, ticket: Ticket, item: UUID) -> list[Fact]:
    """Take a point off."""
    check_open(ticket=ticket)
    _get_item(ticket, item)
    return [TicketItemRemoved(ticket=ticket.id, item=item)]


def log_time(*, ticket: Ticket, entry: UUID, amount: float, unit: Unit, text: str, member: UUID | None) -> list[Fact]:
    """Write down time that went into it."""
    check_open(ticket=ticket)
    if len(ticket.times) >= MOST_ENTRIES:
        raise TicketIsFull
    return [TicketTimeLogged(ticket=ticket.id, entry=entry, amount=amount, unit=unit, text=text, member=member)]


def remove_time(*, ticket: Ticket, entry: UUID) -> list[Fact]:
    """Take an entry back."""
    check_open(ticket=ticket)
    if all(each.id != entry for each in ticket.times):
        raise NotFound
    return [TicketTimeRemoved(ticket=ticket.id, entry=entry)]


def sum_up(*, ticket: Ticket) -> dict[Unit, float]:
    """Answer how much of each unit went into it."""
    spent: dict[Unit, float] = {}
    for each in ticket.times:
        spent[each.unit] = round(spent.get(each.unit, 0) + each.amount, 4)
    return spent


def _get_item(ticket: Ticket, item: UUID) -> Item:
    for each in ticket.checklist:
        if each.id == item:
            return each
    raise NotFound
