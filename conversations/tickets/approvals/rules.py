"""Asking for an approval, answering it, and whether a status may be gone on to. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.tickets.approvals.events import (
    Step,
    TicketApprovalAnswered,
    TicketApprovalAsked,
    TicketApprovalGranted,
    TicketApprovalPassedOn,
    TicketApprovalRefused,
    TicketApprovalUsed,
    TicketApprovalWithdrawn,
)
from conversations.tickets.approvals.state import Approval, Said, due_after
from conversations.tickets.kind.approval import ApprovalRule
from conversations.tickets.kind.body import Status
from conversations.tickets.rules.asking import TicketIsFull, check_open
from conversations.tickets.rules.ticket import Ticket
from tenants.refusals import Invalid, NotFound, Refusal, wrong

MOST: Final = 50
MINUTE_S: Final = 60


class ApprovalIsMissing(Refusal):
    """This status demands an approval that nobody has granted yet; ask for it."""

    code = "approval_missing"
    status = 409


class ApprovalIsAsked(Refusal):
    """The same approval is asked for already."""

    code = "approval_asked"
    status = 409


class NotAsked(Refusal):
    """You are not asked for this approval, have answered, or it is decided."""

    code = "not_asked"
    status = 409


def ask(
    *,
    ticket: Ticket,
    approval: UUID,
    key: str | None,
    rule: ApprovalRule,
    people: Sequence[Sequence[UUID]],
    deputies: Sequence[UUID],
    text: str,
    actor: Actor,
    now: datetime,
) -> list[Fact]:
    """Ask those who have to agree: `people` are whom each entry of the rule means, `deputies` who stands in.

    Raises Invalid where they are too few without the one who asks.
    """
    check_open(ticket=ticket)
    if len(ticket.approvals) >= MOST:
        raise TicketIsFull
    if key is not None and any(each.key == key and each.is_open for each in ticket.approvals):
        raise ApprovalIsAsked
    steps = _steps(rule, [tuple(each for each in entry if each != actor.id) for entry in people])
    within_s = None if isinstance(rule.within, UnsetType) else rule.within * MINUTE_S
    asked = TicketApprovalAsked(
        ticket=ticket.id,
        approval=approval,
        key=key,
        title=rule.name,
        name=actor.name,
        text=text,
        how=rule.how,
        steps=steps,
        deputies=tuple(dict.fromkeys(each for each in deputies if each != actor.id)),
        within_s=within_s,
        asked=steps[0].members,
        due_at=None if within_s is None else now + timedelta(seconds=within_s),
    )
    return [asked]


def answer(*, ticket: Ticket, approval: UUID, actor: Actor, approves: bool, text: str, now: datetime) -> list[Fact]:
    """Agree or not; answer what that decides. Raises NotFound or NotAsked."""
    check_open(ticket=ticket)
    found = _get(ticket, approval)
    if actor.kind != "member" or actor.id not in found.asked:
        raise NotAsked
    deputy = actor.id not in found.here.members
    answered = TicketApprovalAnswered(
        ticket=ticket.id,
        approval=approval,
        member=actor.id,
        name=actor.name,
        approves=approves,
        text=text,
        deputy=deputy,
    )
    said = Said(member=actor.id, step=found.step, approves=approves, text=text, deputy=deputy, at=now)
    return [answered, *_decide(ticket.id, replace(found, answers=(*found.answers, said)), now)]


def withdraw(*, ticket: Ticket, approval: UUID) -> list[Fact]:
    """Let nobody be asked any more; what is decided stays."""
    check_open(ticket=ticket)
    found = _get(ticket, approval)
    return [TicketApprovalWithdrawn(ticket=ticket.id, approval=approval)] if found.is_open else []


def use(*, ticket: Ticket, status: Status) -> list[Fact]:
    """Answer which approval lets a ticket go on to a status; raise ApprovalIsMissing."""
    if status.demands is UNSET:
        return []
    granted = [each for each in ticket.approvals if each.key == status.demands and each.state == "granted"]
    if not granted:
        raise ApprovalIsMissing
    return [TicketApprovalUsed(ticket=ticket.id, approval=granted[-1].id, status=status.key)]


def _steps(rule: ApprovalRule, people: Sequence[tuple[UUID, ...]]) -> tuple[Step, ...]:
    if rule.how == "in_order":
        steps = tuple(Step(members=entry, needs=1) for entry in people)
    else:
        everybody = tuple(dict.fromkeys(each for entry in people for each in entry))
        needs = {"one": 1, "all": len(everybody)}.get(rule.how, rule.count)
        steps = (Step(members=everybody, needs=int(needs or 0)),)
    if any(not each.members or len(each.members) < each.needs for each in steps):
        raise Invalid(errors=[wrong(field="approvers", detail="There are too few besides whoever asks.")])
    return steps


def _decide(ticket: UUID, approval: Approval, now: datetime) -> list[Fact]:
    """A deputy's word is that of all who have not answered; one who does not agree is enough, but where some may."""
    step, said = approval.here, approval.said_here
    deputy = next((each for each in said if each.deputy), None)
    missing = len(step.members) - sum(not each.deputy for each in said)
    agree = sum(each.approves and not each.deputy for each in said)
    agree += missing if deputy is not None and deputy.approves else 0
    refuse = sum(not each.approves and not each.deputy for each in said)
    refuse += missing if deputy is not None and not deputy.approves else 0
    if refuse > (len(step.members) - step.needs if approval.how == "some" else 0):
        return [TicketApprovalRefused(ticket=ticket, approval=approval.id)]
    if agree < step.needs:
        return []
    if approval.step + 1 == len(approval.steps):
        return [TicketApprovalGranted(ticket=ticket, approval=approval.id)]
    return [_pass_on(ticket, approval, now)]


def _pass_on(ticket: UUID, approval: Approval, now: datetime) -> Fact:
    further = approval.step + 1
    return TicketApprovalPassedOn(
        ticket=ticket,
        approval=approval.id,
        step=further,
        deputies=False,
        asked=approval.steps[further].members,
        due_at=due_after(approval=approval, at=now),
    )


def _get(ticket: Ticket, approval: UUID) -> Approval:
    for each in ticket.approvals:
        if each.id == approval:
            return each
    raise NotFound
