"""Approvals of one ticket as its log tells them: what each fact makes of them, and what of them is overdue. Pure.

Whoever has to be asked next and until when follows from the approval alone, as with clocks of promises.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from conversations.engine.events import Fact
from conversations.tickets.approvals.events import (
    Step,
    TicketApprovalAnswered,
    TicketApprovalAsked,
    TicketApprovalExpired,
    TicketApprovalGranted,
    TicketApprovalPassedOn,
    TicketApprovalRefused,
    TicketApprovalUsed,
    TicketApprovalWithdrawn,
)
from conversations.tickets.events import TicketFilledIn, TicketMerged, TicketMoved
from conversations.tickets.kind.approval import How

State = Literal["asked", "granted", "refused", "expired", "withdrawn", "outdated", "used"]
_ENDS: Final[dict[type[Fact], State]] = {
    TicketApprovalGranted: "granted",
    TicketApprovalRefused: "refused",
    TicketApprovalExpired: "expired",
    TicketApprovalWithdrawn: "withdrawn",
    TicketApprovalUsed: "used",
}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody answered, at which step."""

    member: UUID
    step: int
    approves: bool
    text: str
    deputy: bool
    at: datetime


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """An approval. It is `outdated` when the form was filled in anew after it was asked for: that was not asked."""

    id: UUID
    key: str | None
    title: str
    text: str
    how: How
    steps: tuple[Step, ...]
    deputies: tuple[UUID, ...]
    within_s: int | None
    asked_at: datetime
    due_at: datetime | None
    state: State = "asked"
    step: int = 0
    stood_in: bool = False
    answers: tuple[Said, ...] = ()

    @property
    def is_open(self) -> bool:
        """Tell whether it is still to be decided."""
        return self.state == "asked"

    @property
    def here(self) -> Step:
        """Answer the step at which it is."""
        return self.steps[self.step]

    @property
    def said_here(self) -> tuple[Said, ...]:
        """Answer what was answered at the step at which it is."""
        return tuple(each for each in self.answers if each.step == self.step)

    @property
    def asked(self) -> tuple[UUID, ...]:
        """Answer who may answer now and has not."""
        if not self.is_open:
            return ()
        known = {each.member for each in self.said_here}
        people = dict.fromkeys((*self.here.members, *(self.deputies if self.stood_in else ())))
        return tuple(each for each in people if each not in known)


def apply(*, approvals: tuple[Approval, ...], fact: Fact, at: datetime) -> tuple[Approval, ...]:
    """Answer a ticket's approvals after a fact."""
    match fact:
        case TicketApprovalAsked():
            return (*approvals, _begin(fact, at))
        case TicketFilledIn():
            return tuple(_end(each, "outdated", {"asked", "granted"}) for each in approvals)
        case TicketMerged() | TicketMoved(category="closed"):
            return tuple(_end(each, "withdrawn", {"asked"}) for each in approvals)
    named: UUID | None = getattr(fact, "approval", None)
    return tuple(_after(each, fact, at) if each.id == named else each for each in approvals)


def find_due(*, approvals: tuple[Approval, ...]) -> datetime | None:
    """Answer when the time of one of them runs out next."""
    return min((each.due_at for each in approvals if each.is_open and each.due_at is not None), default=None)


def catch_up(*, ticket: UUID, approvals: tuple[Approval, ...], now: datetime) -> list[Fact]:
    """Answer what follows from the times that have run out: deputies are asked, and then nobody any more."""
    return [fact for each in approvals if each.is_open for fact in _overdue(ticket, each, now)]


def due_after(*, approval: Approval, at: datetime) -> datetime | None:
    """Answer until when whoever is asked at a moment may answer."""
    return None if approval.within_s is None else at + timedelta(seconds=approval.within_s)


def blank(*, approvals: tuple[Approval, ...]) -> tuple[Approval, ...]:
    """Answer them without what was said."""
    return tuple(
        replace(each, text="", answers=tuple(replace(said, text="") for said in each.answers)) for each in approvals
    )


def _overdue(ticket: UUID, approval: Approval, now: datetime) -> Iterator[Fact]:
    due_at = approval.due_at
    if due_at is not None and due_at <= now and not approval.stood_in and approval.deputies:
        until = due_after(approval=approval, at=due_at)
        yield TicketApprovalPassedOn(
            ticket=ticket,
            approval=approval.id,
            step=approval.step,
            deputies=True,
            asked=approval.deputies,
            due_at=until,
        )
        due_at = until
    if due_at is not None and due_at <= now:
        yield TicketApprovalExpired(ticket=ticket, approval=approval.id, due_at=due_at)


def _begin(fact: TicketApprovalAsked, at: datetime) -> Approval:
    return Approval(
        id=fact.approval,
        key=fact.key,
        title=fact.title,
        text=fact.text,
        how=fact.how,
        steps=fact.steps,
        deputies=fact.deputies,
        within_s=fact.within_s,
        asked_at=at,
        due_at=fact.due_at,
    )


def _end(approval: Approval, state: State, of: set[State]) -> Approval:
    return replace(approval, state=state, due_at=None) if approval.state in of else approval


def _after(approval: Approval, fact: Fact, at: datetime) -> Approval:
    match fact:
        case TicketApprovalAnswered(member=member, approves=approves, text=text, deputy=deputy):
            said = Said(member=member, step=approval.step, approves=approves, text=text, deputy=deputy, at=at)
            return replace(approval, answers=(*approval.answers, said))
        case TicketApprovalPassedOn(step=step, deputies=deputies, due_at=due_at):
            return replace(approval, step=step, stood_in=deputies, due_at=due_at)
    state = _ENDS.get(type(fact))
    return approval if state is None else replace(approval, state=state, due_at=None)
