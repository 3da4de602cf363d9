"""Who may see and handle tickets, and when there is nothing more to be done in one."""

from typing import Final

from conversations.threads.actors import Actor
from conversations.tickets.events import VIEW
from conversations.tickets.rules.ticket import Ticket
from tenants.refusals import NotAllowed, NotFound, Refusal

HANDLE: Final = "tickets.handle"


class TicketIsClosed(Refusal):
    """This ticket is closed; nothing more is written in it."""

    code = "closed"
    status = 409


class TicketIsMerged(Refusal):
    """This ticket was merged into another one; go on there."""

    code = "merged"
    status = 409


class TicketChanged(Refusal):
    """Somebody else changed what this depends on meanwhile; look at it and try again."""

    code = "conflict"
    status = 409


class TicketIsFull(Refusal):
    """There are as many of these on the ticket as it can have."""

    code = "ticket_full"
    status = 409


def check_view(*, actor: Actor) -> None:
    """Refuse who may not see tickets; for a contact there are none."""
    if actor.kind == "contact":
        raise NotFound
    if not actor.may(VIEW):
        raise NotAllowed


def check_handle(*, actor: Actor) -> None:
    """Refuse who may not do anything about tickets."""
    check_view(actor=actor)
    if not actor.may(HANDLE):
        raise NotAllowed


def check_open(*, ticket: Ticket) -> None:
    """Refuse to write in what is merged or closed."""
    if ticket.merged_into is not None:
        raise TicketIsMerged
    if ticket.category == "closed":
        raise TicketIsClosed
