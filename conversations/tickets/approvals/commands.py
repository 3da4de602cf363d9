"""Asking for approvals and answering them: hold, decide, append, as with everything about tickets."""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.tickets.approvals import rules
from conversations.tickets.events import VIEW
from conversations.tickets.holding import Held, change, hold
from conversations.tickets.kind.approval import ApprovalRule, find_mistakes
from conversations.tickets.kind.people import Tell
from conversations.tickets.promises.directory import Directory
from conversations.tickets.rules.asking import check_view
from conversations.tickets.rules.ticket import Ticket
from conversations.tickets.types import get_type
from tenants.database.models import new_id
from tenants.refusals import Invalid, wrong

Decide = Callable[[Ticket], Sequence[Fact]]


def ask(*, ticket: UUID, actor: Actor, key: str | None, rule: ApprovalRule | None, text: str, now: datetime) -> UUID:
    """Ask for the approval that the ticket's type calls `key`, or by a rule of one's own; answer its id.

    Raises NotFound, Invalid, ApprovalIsAsked, TicketIsFull and what closed tickets refuse.
    """
    approval = new_id()

    def decide(held: Held) -> list[Fact]:
        state, directory = held.tickets[ticket], Directory()
        asked = _get_rule(state, key, rule)

        def whom(*tells: Tell) -> list[UUID]:
            return [each for each in directory.find(tells, state) if directory.may(each, VIEW)]

        return rules.ask(
            ticket=state,
            approval=approval,
            key=key,
            rule=asked,
            people=[whom(tell) for tell in asked.approvers],
            deputies=whom(*asked.deputies),
            text=text,
            actor=actor,
            now=now,
        )

    change(tickets=[ticket], actor=actor, now=now, decide=decide)
    return approval


def answer(*, ticket: UUID, approval: UUID, actor: Actor, approves: bool, text: str, now: datetime) -> None:
    """Agree or not, as one who is asked: who sees tickets may be. Raises NotFound or NotAsked."""
    check_view(actor=actor)
    with transaction.atomic():
        held = hold(tickets=[ticket], now=now)
        facts = rules.answer(
            ticket=held.tickets[ticket], approval=approval, actor=actor, approves=approves, text=text, now=now
        )
        held.write(facts=facts, actor=actor, now=now)


def withdraw(*, ticket: UUID, approval: UUID, actor: Actor, now: datetime) -> None:
    """Let nobody be asked any more; raise NotFound."""

    def decide(held: Held) -> list[Fact]:
        return rules.withdraw(ticket=held.tickets[ticket], approval=approval)

    change(tickets=[ticket], actor=actor, now=now, decide=decide)


def _get_rule(ticket: Ticket, key: str | None, rule: ApprovalRule | None) -> ApprovalRule:
    if (key is None) is (rule is None):
        raise Invalid(errors=[wrong(field="key", detail="A key of the type, or a title: one of both.")])
    if rule is not None:
        errors = find_mistakes(rule=rule, place="")
        if errors:
            raise Invalid(errors=[{**each, "field": each["field"].lstrip(".")} for each in errors])
        return rule
    found = get_type(key=ticket.type).approvals.get(key or "")
    if found is None:
        raise Invalid(errors=[{"field": "key", "code": "not_found", "detail": "Its type has no such approval."}])
    return found
