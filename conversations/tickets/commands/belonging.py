"""What and who belongs to tickets: links, conversations, watchers, merging."""

from datetime import datetime
from uuid import UUID

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.tickets.commands.naming import get_name
from conversations.tickets.commands.opening import check_conversation
from conversations.tickets.events import How
from conversations.tickets.holding import Held, change, family_of
from conversations.tickets.rules import belonging
from conversations.tickets.types import get_type


def link(*, ticket: UUID, other: UUID, how: How, actor: Actor, now: datetime) -> None:
    """Say that a ticket has to do with another one. Raises NotFound, Invalid, TicketIsFull or what is closed."""

    def decide(held: Held) -> list[Fact]:
        return belonging.link(ticket=held.tickets[ticket], other=held.tickets[other], how=how)

    change(tickets=[ticket, other], actor=actor, now=now, decide=decide)


def unlink(*, ticket: UUID, other: UUID, actor: Actor, now: datetime) -> None:
    """Say that two tickets have nothing to do with each other."""

    def decide(held: Held) -> list[Fact]:
        return belonging.unlink(ticket=held.tickets[ticket], other=held.tickets[other])

    change(tickets=[ticket, other], actor=actor, now=now, decide=decide)


def link_conversation(*, ticket: UUID, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Let a conversation belong to a ticket, and to others as well. Raises NotFound, Invalid or TicketIsFull."""

    def decide(held: Held) -> list[Fact]:
        check_conversation(conversation=conversation, actor=actor)
        return belonging.link_conversation(ticket=held.tickets[ticket], conversation=conversation)

    change(tickets=[ticket], actor=actor, now=now, decide=decide)


def unlink_conversation(*, ticket: UUID, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Let a conversation not belong to a ticket any more."""

    def decide(held: Held) -> list[Fact]:
        return belonging.unlink_conversation(ticket=held.tickets[ticket], conversation=conversation)

    change(tickets=[ticket], actor=actor, now=now, decide=decide)


def watch(*, ticket: UUID, member: UUID, actor: Actor, now: datetime) -> None:
    """Let a member hear of it; raise Invalid for whoever may not handle tickets."""

    def decide(held: Held) -> list[Fact]:
        get_name(member=member, field="member")
        return belonging.watch(ticket=held.tickets[ticket], member=member)

    change(tickets=[ticket], actor=actor, now=now, decide=decide)


def unwatch(*, ticket: UUID, member: UUID, actor: Actor, now: datetime) -> None:
    """Let a member not hear of it any more."""

    def decide(held: Held) -> list[Fact]:
        return belonging.unwatch(ticket=held.tickets[ticket], member=member)

    change(tickets=[ticket], actor=actor, now=now, decide=decide)


def merge(*, ticket: UUID, into: UUID, actor: Actor, now: datetime) -> None:
    """Let all that is left to do in a ticket be done in another one. Raises NotFound and what the rules refuse."""

    def decide(held: Held) -> list[Fact]:
        state = held.tickets[ticket]
        family = family_of(held=held, ticket=state, parent=None)
        body = get_type(key=state.type)
        settled = family.children_settled
        return belonging.merge(ticket=state, into=held.tickets[into], body=body, children_settled=settled)

    change(tickets=[ticket, into], actor=actor, now=now, decide=decide)
