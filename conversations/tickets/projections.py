"""How facts become rows of `ticket`: whoever holds a ticket's streams folds what happens into its row."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from conversations.engine.events import Audience, Recorded
from conversations.engine.streams import audience_of, subject_of
from conversations.terms.beginnings import terms_of
from conversations.tickets.events import TicketOpened
from conversations.tickets.models import TicketRow
from conversations.tickets.rules.ticket import Ticket, apply

LONGEST: Final = 4000  # characters of a text whose words are found
_NESTED: Final = ("links", "checklist", "times", "approvals")
_RENAMED: Final = {"contact": "contact_id"}
_FIELDS: Final = Ticket.__struct_fields__


def as_ticket(*, row: TicketRow) -> Ticket:
    """Answer a ticket as its row says."""
    said = {name: getattr(row, _RENAMED.get(name, name)) for name in _FIELDS}
    return msgspec.convert(said, Ticket)


def fold(*, rows: Mapping[UUID, TicketRow], events: Sequence[Recorded]) -> tuple[dict[UUID, Ticket], set[UUID]]:
    """Write what happened into the rows, which the caller holds and saves.

    Answer the tickets as they are now, and to which of them something has happened. An event that a row has seen
    already changes nothing.
    """
    states = {id_: as_ticket(row=row) for id_, row in rows.items()}
    touched: set[UUID] = set()
    for event in events:
        id_ = subject_of(stream=event.stream)
        if id_ not in rows or not _is_news(rows[id_], event):
            continue
        fact = event.fact()
        opens = isinstance(fact, TicketOpened)
        states[id_] = states[id_] if opens else apply(ticket=states[id_], fact=fact, at=event.at)
        touched.add(id_)
    for id_ in touched:
        _fill(rows[id_], states[id_])
    return states, touched


def new_row(*, opened: TicketOpened, at: datetime) -> TicketRow:
    """Answer the row of a ticket that is opened, not saved."""
    row = TicketRow(id=opened.ticket)
    _fill(row, Ticket.begin(fact=opened, at=at))
    return row


def _is_news(row: TicketRow, event: Recorded) -> bool:
    name = "staff_seq" if audience_of(stream=event.stream) is Audience.STAFF else "public_seq"
    if event.seq <= getattr(row, name):
        return False
    setattr(row, name, event.seq)
    return True


def _fill(row: TicketRow, ticket: Ticket) -> None:
    for name in _FIELDS:
        value = getattr(ticket, name)
        if name in _NESTED:
            value = msgspec.to_builtins(value)
        elif isinstance(value, tuple):
            value = list(value)
        setattr(row, _RENAMED.get(name, name), value)
    row.approvers = sorted({member for each in ticket.approvals for member in each.asked})
    row.terms = _terms(ticket)


def _terms(ticket: Ticket) -> list[str]:
    words = f"{ticket.title} {ticket.text[:LONGEST]}"
    return terms_of(name=words, attributes={**ticket.fields, "": ticket.called})
