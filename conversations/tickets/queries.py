"""Reading tickets: one, a list, what was said in one, all that happened to it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from django.db.models import QuerySet

from conversations.contacts.queries import get_same
from conversations.engine.events import get_kinds
from conversations.engine.models import Event
from conversations.engine.streams import streams_of
from conversations.threads.events import Priority
from conversations.tickets.events import Category, TicketCommented, TicketCustomerEscalated, TicketNoted
from conversations.tickets.models import TicketRow
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound
from tenants.text import is_storable

Order = Literal["changed_at", "-changed_at", "due_at"]
_DIGITS: Final = 16
SAID: Final = (TicketCommented.kind, TicketNoted.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which tickets a list holds; None means any. `words`: as query_of() answers them; `fields`: all of these values.

    `owner` None with `unowned` False means anybody's; a `contact`'s are those of everybody merged with them, too.
    An `approver` is asked for an approval now.
    `broken`: of a promise that is not kept yet.
    """

    category: Category | None = None
    status: str | None = None
    type: str | None = None
    priority: Priority | None = None
    owner: UUID | None = None
    unowned: bool = False
    team: str | None = None
    contact: UUID | None = None
    conversation: UUID | None = None
    parent: UUID | None = None
    settled: bool | None = None
    approver: UUID | None = None
    watcher: UUID | None = None
    broken: bool = False
    words: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)


def get_ticket(*, ticket: UUID) -> TicketRow:
    """Answer a ticket; raise NotFound."""
    row = TicketRow.objects.filter(id=ticket).defer("terms").first()
    if row is None:
        raise NotFound
    return row


def get_tickets(*, tickets: Collection[UUID]) -> dict[UUID, TicketRow]:
    """Answer those of these tickets that there are."""
    return TicketRow.objects.defer("terms").in_bulk(list(tickets))


def find_by_number(*, text: str) -> UUID | None:
    """Answer which ticket people call so, such as ACME-1042; capitals make no difference."""
    prefix, _, number = text.strip().upper().rpartition("-")
    if not (number.isascii() and number.isdigit() and len(number) < _DIGITS and is_storable(text=prefix)):
        return None
    return TicketRow.objects.filter(prefix=prefix, number=int(number)).values_list("id", flat=True).first()


def get_page(*, filters: Filters, window: Window, order: Order) -> Page[TicketRow]:
    """Answer a page of the tickets; by `due_at` of those alone of which something is due."""
    name = order.removeprefix("-")
    rows = TicketRow.objects.filter(**_conditions(filters)).defer("terms")
    if name == "due_at":
        rows = rows.filter(due_at__isnull=False)
    found = cut(rows=rows, fields=(name, "id"), descending=order[0] == "-", window=window)
    return turn(rows=list(found), window=window, key=lambda row: (getattr(row, name).isoformat(), row.id))


def get_said(*, ticket: UUID, notes: bool, window: Window) -> Page[Event]:
    """Answer a page of what was said in a ticket, to its customer and, with `notes`, among colleagues."""
    return _turn_events(_events(ticket, SAID, notes=notes), window)


def get_history(*, ticket: UUID, notes: bool, window: Window) -> Page[Event]:
    """Answer a page of all that happened to a ticket, the oldest first; without `notes` what its customer may see."""
    return _turn_events(_events(ticket, None, notes=notes), window)


def get_recent_of(*, contacts: Collection[UUID], limit: int) -> list[UUID]:
    """Answer the tickets of these contacts that were changed last, the newest first."""
    rows = TicketRow.objects.filter(contact__in=list(contacts)).order_by("-changed_at", "-id")
    return list(rows.values_list("id", flat=True)[:limit])


def get_escalations(*, ticket: UUID) -> list[datetime]:
    """Answer when its customer escalated a ticket, the first time first."""
    found = Event.objects.filter(stream=ticket, kind=TicketCustomerEscalated.kind)
    return list(found.order_by("seq").values_list("at", flat=True))


def count_open_children(*, parents: Sequence[UUID]) -> dict[UUID, int]:
    """Answer how many tickets under each of these are not settled; none where there are none."""
    rows = TicketRow.objects.filter(parent__in=parents, settled_at__isnull=True).values_list("parent", flat=True)
    counted: dict[UUID, int] = {}
    for parent in rows:
        if parent is not None:
            counted[parent] = counted.get(parent, 0) + 1
    return counted


def _events(ticket: UUID, kinds: Sequence[str] | None, *, notes: bool) -> QuerySet[Event]:
    if not TicketRow.objects.filter(id=ticket).exists():
        raise NotFound
    found = Event.objects.filter(stream__in=streams_of(subject=ticket))
    if kinds is not None:
        found = found.filter(kind__in=kinds)
    return found if notes else found.exclude(kind__in=_among_staff())


def _among_staff() -> list[str]:
    return [name for name, kind in get_kinds().items() if kind.among_staff]


def _turn_events(rows: QuerySet[Event], window: Window) -> Page[Event]:
    found = cut(rows=rows, fields=("position",), descending=False, window=window)
    return turn(rows=list(found), window=window, key=lambda row: (row.position,))


def _conditions(filters: Filters) -> dict[str, Any]:
    names = ("category", "status", "type", "priority", "owner", "team", "parent")
    conditions = {name: value for name in names if (value := getattr(filters, name)) is not None}
    if filters.unowned:
        conditions["owner__isnull"] = True
    if filters.contact is not None:
        conditions["contact__in"] = _same(filters.contact)
    if filters.conversation is not None:
        conditions |= {"conversations__contains": [filters.conversation], "conversations__gt": []}  # names the index
    if filters.watcher is not None:
        conditions["watchers__contains"] = [filters.watcher]
    if filters.broken:
        conditions["plan__contains"] = {"clocks": [{"broken": True}]}
    if filters.approver is not None:
        conditions |= {"approvers__contains": [filters.approver], "approvers__gt": []}  # names the index
    if filters.settled is not None:
        conditions["settled_at__isnull"] = not filters.settled
    if filters.words is not None:
        conditions["terms__matches"] = filters.words
    if filters.fields:
        conditions["fields__contains"] = filters.fields
    return conditions


def _same(contact: UUID) -> list[UUID]:
    try:
        return get_same(contact=contact)
    except NotFound:
        return [contact]
