"""What can happen to an approval of a ticket. All of it is among colleagues."""

from datetime import datetime
from uuid import UUID

import msgspec

from conversations.engine.events import Audience, Fact, fact
from conversations.tickets.events import VIEW
from conversations.tickets.kind.approval import How


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Of these members so many have to agree."""

    members: tuple[UUID, ...]
    needs: int


@fact(
    kind="ticket.approval_asked.v1",
    audience=Audience.STAFF,
    personal=("name", "text"),
    permission=VIEW,
    among_staff=True,
)
class TicketApprovalAsked(Fact, frozen=True):
    """Somebody, called `name`, asks for an approval: the one that its type calls `key`, or another one.

    `asked` are those who answer first, by `due_at`; `steps` are all. `version` is that of the type.
    """

    ticket: UUID
    approval: UUID
    key: str | None
    title: str
    name: str
    text: str
    how: How
    steps: tuple[Step, ...]
    deputies: tuple[UUID, ...]
    within_s: int | None
    asked: tuple[UUID, ...]
    due_at: datetime | None


@fact(
    kind="ticket.approval_answered.v1",
    audience=Audience.STAFF,
    personal=("name", "text"),
    permission=VIEW,
    among_staff=True,
)
class TicketApprovalAnswered(Fact, frozen=True):
    """One of those who were asked agrees or does not, perhaps as a deputy of who has not answered."""

    ticket: UUID
    approval: UUID
    member: UUID
    name: str
    approves: bool
    text: str
    deputy: bool


@fact(kind="ticket.approval_passed_on.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketApprovalPassedOn(Fact, frozen=True):
    """Others are asked now, by `due_at`: those of the next `step`, or the deputies of who has not answered."""

    ticket: UUID
    approval: UUID
    step: int
    deputies: bool
    asked: tuple[UUID, ...]
    due_at: datetime | None


@fact(kind="ticket.approval_granted.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketApprovalGranted(Fact, frozen=True):
    """As many as it takes agree."""

    ticket: UUID
    approval: UUID


@fact(kind="ticket.approval_refused.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketApprovalRefused(Fact, frozen=True):
    """So many do not agree that it cannot be granted."""

    ticket: UUID
    approval: UUID


@fact(kind="ticket.approval_expired.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketApprovalExpired(Fact, frozen=True):
    """Nobody has decided it by `due_at`."""

    ticket: UUID
    approval: UUID
    due_at: datetime


@fact(kind="ticket.approval_withdrawn.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketApprovalWithdrawn(Fact, frozen=True):
    """Nobody needs to answer any more."""

    ticket: UUID
    approval: UUID


@fact(kind="ticket.approval_used.v1", audience=Audience.STAFF, permission=VIEW, among_staff=True)
class TicketApprovalUsed(Fact, frozen=True):
    """What was approved is done: the ticket went on to a status that demands it. Next time it is asked for anew."""

    ticket: UUID
    approval: UUID
    status: str
