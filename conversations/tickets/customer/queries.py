"""A ticket as its customer sees it: nothing that is said among colleagues, and no colleague's name unless it may be."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conversations.contacts.queries import get_contact
from conversations.definitions.queries import find_definition
from conversations.engine.models import Event
from conversations.files.link import sign_file
from conversations.threads.actors import Actor
from conversations.tickets.commands.naming import TEAM
from conversations.tickets.customer.rules import check_own, choose_promise, is_too_late, may_escalate
from conversations.tickets.events import (
    SETTLED,
    Category,
    Promise,
    TicketCommented,
    TicketCustomerEscalated,
    TicketFileAdded,
)
from conversations.tickets.kind.body import TicketType
from conversations.tickets.models import TicketRow
from conversations.tickets.projections import as_ticket
from conversations.tickets.promises.queries import get_standings
from conversations.tickets.queries import get_escalations, get_ticket
from conversations.tickets.rules.changing import is_over
from conversations.tickets.types import get_type
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound

LAST: Final = 200  # of what was said


@dataclass(frozen=True, slots=True)
class Added:
    """A file."""

    id: UUID
    name: str
    media: str
    size: int

    def url(self, *, ticket: UUID, address: str) -> str:
        """Answer where it is given for a while, at the company's address."""
        return f"{address.rstrip('/')}/files/{sign_file(subject=ticket, file=self.id)}"


@dataclass(frozen=True, slots=True)
class Line:
    """Something said or added; `name`: a colleague's, where it may be shown. `escalates`: they wanted somebody else."""

    at: datetime
    is_own: bool
    name: str
    text: str
    escalates: bool = False
    file: Added | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where the matter stands: its `team` (a name) if one has it, what the customer waits for and until when.

    `state` is another one whenever what they see may be.
    """

    number: str
    title: str
    text: str
    status: str
    category: Category
    team: str
    is_taken: bool
    waits_for: Promise | None
    until: datetime | None
    lines: list[Line]
    opened_at: datetime
    is_over: bool
    is_too_late: bool
    may_escalate: bool
    state: str

    @property
    def asked(self) -> str:
        """Answer what they were last asked, while an answer is waited for."""
        said = [line.text for line in self.lines if not line.is_own and line.text]
        return said[-1] if self.category == "pending" and said else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """A ticket in its customer's list."""

    id: UUID
    number: str
    title: str
    status: str
    category: str
    opened_at: datetime
    changed_at: datetime


def get_customer(*, contact: UUID) -> Actor:
    """Answer a contact as who acts; raise NotFound for one who is not there any more."""
    row = get_contact(contact=contact)
    if row.erased_at is not None:
        raise NotFound
    return Actor("contact", row.id, row.name)


def see(*, ticket: UUID, contact: Actor, language: str, now: datetime) -> Seen:
    """Answer a ticket as its customer sees it; raise NotFound for anybody else."""
    row = get_ticket(ticket=ticket)
    state = as_ticket(row=row)
    check_own(ticket=state, contact=contact)
    body = get_type(key=state.type)
    standings = get_standings(rows=[row]).get(ticket, [])
    waits = choose_promise(promises=[(each.clock.promise, each.due_at) for each in standings])
    return Seen(
        number=state.called,
        title=state.title,
        text=state.text,
        status=_status(body, state.status, language),
        category=state.category,
        team=_team(state.team),
        is_taken=state.owner is not None,
        waits_for=None if waits is None or state.category in SETTLED else waits[0],
        until=None if waits is None or state.category in SETTLED else waits[1],
        lines=_lines(ticket, shows_names=body.shows_names),
        opened_at=state.opened_at,
        is_over=is_over(ticket=state),
        is_too_late=is_too_late(ticket=state, body=body, now=now),
        may_escalate=may_escalate(
            ticket=state, body=body, contact=contact, before=get_escalations(ticket=ticket), now=now
        ),
        state=_state(row),
    )


def list_own(*, contact: Actor, only: UUID | None, language: str, window: Window) -> Page[Brief]:
    """Answer a page of a contact's tickets, the newest first, or of the `only` one; those merged away are left out."""
    rows = TicketRow.objects.filter(contact=contact.id, merged_into__isnull=True).defer("terms")
    rows = rows if only is None else rows.filter(id=only)
    found = list(cut(rows=rows, fields=("opened_at", "id"), descending=True, window=window))
    types = {key: get_type(key=key) for key in {row.type for row in found}}
    briefs = [
        Brief(
            id=row.id,
            number=f"{row.prefix}-{row.number}",
            title=row.title,
            status=_status(types[row.type], row.status, language),
            category=row.category,
            opened_at=row.opened_at,
            changed_at=row.changed_at,
        )
        for row in found
    ]
    return turn(rows=briefs, window=window, key=lambda each: (each.opened_at.isoformat(), each.id))


def find_state(*, ticket: UUID, contact: Actor) -> str:
    """Answer what is another whenever what its customer sees may be; raise NotFound for anybody else."""
    row = get_ticket(ticket=ticket)
    check_own(ticket=as_ticket(row=row), contact=contact)
    return _state(row)


def _state(row: TicketRow) -> str:
    """Tell nothing but that it is another: what moves it is not all for its customer."""
    said = (row.public_seq, row.due_at, row.team, row.owner is None)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:16]


def _status(body: TicketType, key: str, language: str) -> str:
    found = body.find_status(key)
    return key if found is None else found.names.get(language, found.name)


def _team(key: str | None) -> str:
    found = None if key is None else find_definition(kind=TEAM, key=key)
    return "" if found is None else str(found.body["name"])


def _lines(ticket: UUID, *, shows_names: bool) -> list[Line]:
    kinds = (TicketCommented.kind, TicketCustomerEscalated.kind, TicketFileAdded.kind)
    rows = Event.objects.filter(stream=ticket, kind__in=kinds).order_by("-seq")[:LAST]
    return [_line(row.kind, row.at, row.body, shows_names=shows_names) for row in reversed(rows)]


def _line(kind: str, at: datetime, body: dict[str, Any], *, shows_names: bool) -> Line:
    if kind == TicketCustomerEscalated.kind:
        return Line(at, is_own=True, name="", text="", escalates=True)
    own, is_file = body["author"] == "contact", kind == TicketFileAdded.kind
    name = body["by" if is_file else "name"] if shows_names and not own else ""
    if is_file:
        return Line(at, own, name, "", file=Added(UUID(body["file"]), body["name"], body["media"], body["size"]))
    return Line(at, own, name, body["text"])
