"""A ticket as its log tells it: what it is, and what each fact makes of it."""

from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Any, Self
from uuid import UUID

import msgspec
from msgspec.structs import replace

from conversations.engine.events import Fact
from conversations.threads.events import Priority
from conversations.tickets.approvals import state as approving
from conversations.tickets.approvals.state import Approval
from conversations.tickets.events import (
    SETTLED,
    Category,
    Entry,
    Item,
    Link,
    TicketAbsorbed,
    TicketAssigned,
    TicketContactErased,
    TicketConversationLinked,
    TicketConversationUnlinked,
    TicketDescribed,
    TicketFilledIn,
    TicketItemRemoved,
    TicketItemWritten,
    TicketLinked,
    TicketMerged,
    TicketMoved,
    TicketOpened,
    TicketPrioritized,
    TicketSubordinated,
    TicketTimeLogged,
    TicketTimeRemoved,
    TicketUnlinked,
    TicketUnwatched,
    TicketWatched,
)


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket. `type` is the key of its type; what is asked of it now is asked by the newest version of that."""

    id: UUID
    prefix: str
    number: int
    type: str
    title: str
    text: str
    status: str
    category: Category
    opened_at: datetime
    changed_at: datetime
    contact: UUID | None = None
    fields: dict[str, Any] = {}
    priority: Priority = "none"
    owner: UUID | None = None
    team: str | None = None
    parent: UUID | None = None
    merged_into: UUID | None = None
    watchers: tuple[UUID, ...] = ()
    conversations: tuple[UUID, ...] = ()
    links: tuple[Link, ...] = ()
    checklist: tuple[Item, ...] = ()
    times: tuple[Entry, ...] = ()
    approvals: tuple[Approval, ...] = ()
    settled_at: datetime | None = None

    @classmethod
    def begin(cls, *, fact: TicketOpened, at: datetime) -> Self:
        """Answer the ticket that was opened so."""
        return cls(
            id=fact.ticket,
            prefix=fact.prefix,
            number=fact.number,
            type=fact.type,
            title=fact.title,
            text=fact.text,
            status=fact.status,
            category=fact.category,
            contact=fact.contact,
            opened_at=at,
            changed_at=at,
            settled_at=at if fact.category in SETTLED else None,
        )

    @property
    def called(self) -> str:
        """Answer what people call it."""
        return f"{self.prefix}-{self.number}"

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to do."""
        return self.category in SETTLED


def fold(*, ticket: Ticket, events: Iterable[tuple[Fact, datetime]]) -> Ticket:
    """Answer the ticket after these facts."""
    return reduce(lambda state, event: apply(ticket=state, fact=event[0], at=event[1]), events, ticket)


def apply(*, ticket: Ticket, fact: Fact, at: datetime) -> Ticket:
    """Answer the ticket after a fact; one that changes nothing here moves `changed_at` alone."""
    approvals = approving.apply(approvals=ticket.approvals, fact=fact, at=at)
    changed = replace(ticket, approvals=approvals, changed_at=at)
    return _belonging(_working(_standing(changed, fact, at), fact), fact)


def _standing(ticket: Ticket, fact: Fact, at: datetime) -> Ticket:
    """What it is about, where it stands, who has it."""
    match fact:
        case TicketDescribed(title=title, text=text):
            ticket = replace(ticket, title=title, text=text)
        case TicketMoved(status=status, category=category):
            since = (ticket.settled_at or at) if category in SETTLED else None
            ticket = replace(ticket, status=status, category=category, settled_at=since)
        case TicketFilledIn(fields=fields):
            ticket = replace(ticket, fields=fields)
        case TicketPrioritized(priority=priority):
            ticket = replace(ticket, priority=priority)
        case TicketAssigned(owner=owner, team=team):
            ticket = replace(ticket, owner=owner, team=team)
        case TicketMerged(into=into):
            ticket = replace(ticket, merged_into=into)
        case TicketContactErased():
            ticket = erased(ticket=ticket)
    return ticket


def _working(ticket: Ticket, fact: Fact) -> Ticket:
    """What is done in it."""
    match fact:
        case TicketItemWritten(item=id_, text=text, done=done):
            item = Item(id=id_, text=text, done=done)
            there = any(each.id == id_ for each in ticket.checklist)
            kept = tuple(item if each.id == id_ else each for each in ticket.checklist)
            ticket = replace(ticket, checklist=kept if there else (*kept, item))
        case TicketItemRemoved(item=id_):
            ticket = replace(ticket, checklist=tuple(each for each in ticket.checklist if each.id != id_))
        case TicketTimeLogged(entry=id_, amount=amount, unit=unit, text=text, member=member):
            entry = Entry(id=id_, amount=amount, unit=unit, text=text, member=member)
            ticket = replace(ticket, times=(*ticket.times, entry))
        case TicketTimeRemoved(entry=id_):
            ticket = replace(ticket, times=tuple(each for each in ticket.times if each.id != id_))
    return ticket


def _belonging(ticket: Ticket, fact: Fact) -> Ticket:
    """What and who belongs to it."""
    match fact:
        case TicketSubordinated(parent=parent):
            ticket = replace(ticket, parent=parent)
        case TicketLinked(other=other, how=how):
            rest = tuple(each for each in ticket.links if each.ticket != other)
            ticket = replace(ticket, links=(*rest, Link(ticket=other, how=how)))
        case TicketUnlinked(other=other):
            ticket = replace(ticket, links=tuple(each for each in ticket.links if each.ticket != other))
        case TicketConversationLinked(conversation=conversation):
            ticket = replace(ticket, conversations=_with(ticket.conversations, conversation))
        case TicketConversationUnlinked(conversation=conversation):
            ticket = replace(ticket, conversations=_without(ticket.conversations, conversation))
        case TicketWatched(member=member):
            ticket = replace(ticket, watchers=_with(ticket.watchers, member))
        case TicketUnwatched(member=member):
            ticket = replace(ticket, watchers=_without(ticket.watchers, member))
        case TicketAbsorbed(conversations=conversations, watchers=watchers):
            ticket = replace(
                ticket,
                conversations=_with(ticket.conversations, *conversations),
                watchers=_with(ticket.watchers, *watchers),
            )
    return ticket


def erased(*, ticket: Ticket) -> Ticket:
    """Answer what is left when nothing personal is: as what the log was blanked to would tell it."""
    items = tuple(replace(each, text="") for each in ticket.checklist)
    times = tuple(replace(each, text="") for each in ticket.times)
    approvals = approving.blank(approvals=ticket.approvals)
    return replace(ticket, title="", text="", fields={}, checklist=items, times=times, approvals=approvals)


def _with(ids: tuple[UUID, ...], *more: UUID) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys((*ids, *more)))


def _without(ids: tuple[UUID, ...], gone: UUID) -> tuple[UUID, ...]:
    return tuple(each for each in ids if each != gone)
