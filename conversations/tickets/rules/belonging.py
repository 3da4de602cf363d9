"""What and who belongs to a ticket: other tickets, conversations, who watches; and what becomes of all that in a merge.

Between two tickets whatever is said is said on both logs, each from its own side.
"""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from conversations.engine.events import Fact
from conversations.tickets.events import (
    How,
    TicketAbsorbed,
    TicketConversationLinked,
    TicketConversationUnlinked,
    TicketLinked,
    TicketMerged,
    TicketMoved,
    TicketUnlinked,
    TicketUnwatched,
    TicketWatched,
)
from conversations.tickets.kind.body import TicketType
from conversations.tickets.rules.asking import TicketIsFull, check_open
from conversations.tickets.rules.changing import ChildrenAreOpen
from conversations.tickets.rules.ticket import Ticket
from tenants.refusals import Invalid

MOST: Final = 100
FROM_THE_OTHER_SIDE: Final[Mapping[How, How]] = {
    "relates_to": "relates_to",
    "duplicates": "duplicated_by",
    "duplicated_by": "duplicates",
    "blocks": "blocked_by",
    "blocked_by": "blocks",
}


def link(*, ticket: Ticket, other: Ticket, how: How) -> list[Fact]:
    """Say that a ticket has to do with another one; that it had to do with it in another way counts no more."""
    _check_two(ticket, other, "ticket")
    check_open(ticket=ticket)
    if any(each.ticket == other.id and each.how == how for each in ticket.links):
        return []
    for one in (ticket, other):
        if len(one.links) >= MOST:
            raise TicketIsFull
    return [
        TicketLinked(ticket=ticket.id, other=other.id, how=how),
        TicketLinked(ticket=other.id, other=ticket.id, how=FROM_THE_OTHER_SIDE[how]),
    ]


def unlink(*, ticket: Ticket, other: Ticket) -> list[Fact]:
    """Say that two tickets have nothing to do with each other."""
    check_open(ticket=ticket)
    if all(each.ticket != other.id for each in ticket.links):
        return []
    return [TicketUnlinked(ticket=ticket.id, other=other.id), TicketUnlinked(ticket=other.id, other=ticket.id)]


def link_conversation(*, ticket: Ticket, conversation: UUID) -> list[Fact]:
    """Let a conversation belong to a ticket, too."""
    check_open(ticket=ticket)
    if conversation in ticket.conversations:
        return []
    if len(ticket.conversations) >= MOST:
        raise TicketIsFull
    return [TicketConversationLinked(ticket=ticket.id, conversation=conversation)]


def unlink_conversation(*, ticket: Ticket, conversation: UUID) -> list[Fact]:
    """Let a conversation not belong to it any more."""
    check_open(ticket=ticket)
    if conversation not in ticket.conversations:
        return []
    return [TicketConversationUnlinked(ticket=ticket.id, conversation=conversation)]


def watch(*, ticket: Ticket, member: UUID) -> list[Fact]:
    """Let a member hear of it."""
    check_open(ticket=ticket)
    if member in ticket.watchers:
        return []
    if len(ticket.watchers) >= MOST:
        raise TicketIsFull
    return [TicketWatched(ticket=ticket.id, member=member)]


def unwatch(*, ticket: Ticket, member: UUID) -> list[Fact]:
    """Let a member not hear of it any more."""
    check_open(ticket=ticket)
    return [TicketUnwatched(ticket=ticket.id, member=member)] if member in ticket.watchers else []


def merge(*, ticket: Ticket, into: Ticket, body: TicketType, children_settled: bool) -> list[Fact]:
    """Let all that is left to do in a ticket be done in another one; it is closed, its number still names it.

    Conversations and watchers go along. Raises ChildrenAreOpen, TicketIsMerged, TicketIsClosed or Invalid.
    """
    _check_two(ticket, into, "into")
    check_open(ticket=ticket)
    check_open(ticket=into)
    if not children_settled and not body.settles_before_children:
        raise ChildrenAreOpen
    conversations = tuple(each for each in ticket.conversations if each not in into.conversations)
    watchers = tuple(each for each in ticket.watchers if each not in into.watchers)
    if len(into.conversations) + len(conversations) > MOST or len(into.watchers) + len(watchers) > MOST:
        raise TicketIsFull
    closing = body.closing
    moved: list[Fact] = []
    if ticket.status != closing.key:
        moved.append(
            TicketMoved(ticket=ticket.id, status=closing.key, category=closing.category, was=ticket.status),
        )
    return [
        *moved,
        TicketMerged(ticket=ticket.id, into=into.id),
        TicketAbsorbed(ticket=into.id, was=ticket.id, conversations=conversations, watchers=watchers),
    ]


def _check_two(ticket: Ticket, other: Ticket, field: str) -> None:
    if ticket.id == other.id:
        raise Invalid(errors=[{"field": field, "code": "invalid", "detail": "This is the ticket itself."}])
