"""All promises of one ticket: which run, what each fact does to them, what of them is overdue."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from conversations.engine.events import Fact
from conversations.threads.events import Priority
from conversations.tickets.events import (
    SETTLED,
    Category,
    Promise,
    TicketAcknowledged,
    TicketAssigned,
    TicketCommented,
    TicketCustomerEscalated,
    TicketEscalated,
    TicketFileAdded,
    TicketHeard,
    TicketMerged,
    TicketMoved,
    TicketPrioritized,
    TicketPromiseBroken,
    TicketPromiseKept,
)
from conversations.tickets.promises.policy import Level
from conversations.tickets.promises.rules import clock as clocks
from conversations.tickets.promises.rules.clock import Clock, Due
from conversations.tickets.promises.rules.terms import Terms
from conversations.tickets.rules.ticket import Ticket

LASTING: Final[tuple[Promise, ...]] = (
    "update",
    "resolution",
)  # they run from the beginning, and again when it is reopened


# Whom a step tells, and the name of the owner that it gives a ticket; asked for when a step is taken.
Whom = Callable[[Level, Ticket], tuple[UUID, ...]]
NameOf = Callable[[UUID], str | None]


class Plan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ticket's clocks, by the terms of one version of a policy, and of one of its calendar (0: it has none).

    `priority` is the one that people gave it: what an escalation makes of it changes nothing about its own promises.
    `standing` is the category of its status.
    """

    policy: str
    version: int
    calendar: int = 0
    priority: Priority = "none"
    standing: Category = "new"
    clocks: tuple[Clock, ...] = ()

    @property
    def place(self) -> tuple[str, int, int]:
        """Answer by what its terms are found."""
        return self.policy, self.version, self.calendar


def begin(*, terms: Terms, ticket: Ticket, at: datetime) -> Plan:
    """Answer what a ticket that is opened now is promised."""
    plan = Plan(
        policy=terms.key,
        version=terms.version,
        calendar=terms.calendar,
        priority=ticket.priority,
        standing=ticket.category,
    )
    return plan if ticket.is_settled else _start(plan, terms, ("first_reply", *LASTING), at)


def follow(*, plan: Plan, terms: Terms, ticket: UUID, facts: Iterable[Fact], at: datetime) -> tuple[Plan, list[Fact]]:
    """Answer the plan after what people did at `at`, and which promises were kept by that."""
    kept: list[Fact] = []
    for fact in facts:
        plan = _follow(plan, terms, ticket, fact, at, kept)
    return plan, kept


def renew(*, plan: Plan, old: Terms, new: Terms, at: datetime) -> Plan:
    """Answer the plan by other terms from now on. What runs keeps its start, and the time that it has used.

    What is promised anew runs from now; a question that was asked before is none of it.
    """
    if old.place == new.place:
        return plan
    going = [_renewed(each, plan, old, new, at) for each in plan.clocks]
    kept = tuple(each for each in going if each is not None)
    told = replace(plan, policy=new.key, version=new.version, calendar=new.calendar, clocks=kept)
    if plan.standing in SETTLED:
        return told
    before = {each.promise for each in plan.clocks}
    return _start(told, new, [each for each in LASTING if each not in before], at)


def find_due(*, plan: Plan, terms: Terms) -> datetime | None:
    """Answer when something is due next."""
    dues = [clocks.find_next(clock=each, terms=terms) for each in plan.clocks]
    return min((due.at for due in dues if due is not None), default=None)


def catch_up(
    *, plan: Plan, terms: Terms, ticket: Ticket, now: datetime, whom: Whom, name_of: NameOf
) -> tuple[Plan, list[Fact]]:
    """Answer everything that is overdue, in the order in which it was due, and the plan after that."""
    facts: list[Fact] = []
    while (found := _first_due(plan, terms, now)) is not None:
        index, due = found
        running = plan.clocks[index]
        taken = clocks.take(clock=running, due=due, terms=terms)
        plan = replace(plan, clocks=(*plan.clocks[:index], taken, *plan.clocks[index + 1 :]))
        facts += _say(running, due, terms, ticket, whom, name_of)
        ticket = _after_effects(ticket, facts)
    return plan, facts


def _first_due(plan: Plan, terms: Terms, now: datetime) -> tuple[int, Due] | None:
    found = [
        (index, due)
        for index, each in enumerate(plan.clocks)
        if (due := clocks.find_next(clock=each, terms=terms)) is not None and due.at <= now
    ]
    return min(found, key=lambda each: (each[1].at, each[0]), default=None)


def _say(running: Clock, due: Due, terms: Terms, ticket: Ticket, whom: Whom, name_of: NameOf) -> list[Fact]:
    said: dict[str, Any] = {
        "ticket": ticket.id,
        "promise": running.promise,
        "policy": terms.key,
        "version": terms.version,
        "start": running.start,
        "due_at": due.at,
    }
    if due.level is None:
        return [TicketPromiseBroken(**said)]
    told, step = whom(due.level, ticket), len(running.reached) + 1
    escalated = TicketEscalated(**said, level=due.level.key, step=step, told=told)
    return [escalated, *_effects(due.level, ticket, name_of)]


def _effects(level: Level, ticket: Ticket, name_of: NameOf) -> list[Fact]:
    """Answer what a step makes of the ticket; an owner who is gone gets nothing."""
    effect, facts = level.effect, list[Fact]()
    if not isinstance(effect.priority, UnsetType) and effect.priority != ticket.priority:
        facts.append(TicketPrioritized(ticket=ticket.id, priority=effect.priority))
    owner, name = ticket.owner, None
    if not isinstance(effect.owner, UnsetType) and (name := name_of(effect.owner)) is not None:
        owner = effect.owner
    team = ticket.team if isinstance(effect.team, UnsetType) else effect.team
    if (owner, team) != (ticket.owner, ticket.team):
        facts.append(TicketAssigned(ticket=ticket.id, owner=owner, name=name, team=team))
    return facts


def _after_effects(ticket: Ticket, facts: Sequence[Fact]) -> Ticket:
    for fact in facts:
        match fact:
            case TicketPrioritized(priority=priority):
                ticket = replace(ticket, priority=priority)
            case TicketAssigned(owner=owner, team=team):
                ticket = replace(ticket, owner=owner, team=team)
    return ticket


def _follow(plan: Plan, terms: Terms, ticket: UUID, fact: Fact, at: datetime, kept: list[Fact]) -> Plan:
    match fact:
        case TicketCommented(author="member") | TicketFileAdded(author="member") | TicketHeard(author="member"):
            plan = _keep(plan, terms, ticket, ("first_reply", "next_reply", "update"), at, kept)
            plan = plan if plan.standing in SETTLED else _start(plan, terms, ("update",), at)
        case TicketCommented(author="contact") | TicketFileAdded(author="contact") | TicketHeard(author="contact"):
            asked = any(each.promise in {"first_reply", "next_reply"} for each in plan.clocks)
            plan = plan if asked or plan.standing in SETTLED else _start(plan, terms, ("next_reply",), at)
        case TicketMoved(category=category):
            plan = _move(plan, terms, ticket, category, at, kept)
        case TicketMerged():
            plan = replace(plan, clocks=())
        case TicketPrioritized(priority=priority):
            plan = _prioritize(plan, terms, priority, at)
        case TicketCustomerEscalated():
            plan = _hurry(plan, terms, at)
        case TicketAcknowledged():
            plan = replace(plan, clocks=tuple(clocks.acknowledge(clock=each, at=at) for each in plan.clocks))
    return plan


def _move(plan: Plan, terms: Terms, ticket: UUID, category: Category, at: datetime, kept: list[Fact]) -> Plan:
    was, plan = plan.standing, replace(plan, standing=category)
    if category in SETTLED:
        return _keep(plan, terms, ticket, [each.promise for each in plan.clocks], at, kept)
    if was in SETTLED:
        return _start(plan, terms, LASTING, at)
    if _stands_still(category, terms):
        return replace(plan, clocks=tuple(clocks.stop(clock=each, hours=terms.hours, at=at) for each in plan.clocks))
    return replace(plan, clocks=tuple(clocks.go_on(clock=each, at=at) for each in plan.clocks))


def _keep(plan: Plan, terms: Terms, ticket: UUID, promises: Sequence[Promise], at: datetime, kept: list[Fact]) -> Plan:
    ended = [each for each in plan.clocks if each.promise in promises]
    kept += [
        TicketPromiseKept(
            ticket=ticket,
            promise=each.promise,
            policy=terms.key,
            version=terms.version,
            start=each.start,
            took_s=round(clocks.spent(clock=each, hours=terms.hours, at=at), 3),
            late=each.broken,
        )
        for each in ended
    ]
    return replace(plan, clocks=tuple(each for each in plan.clocks if each not in ended))


def _start(plan: Plan, terms: Terms, promises: Sequence[Promise], at: datetime) -> Plan:
    since = None if _stands_still(plan.standing, terms) else at
    new = [
        Clock(promise=each, start=at, target_s=target, since=since)
        for each in promises
        if (target := terms.policy.targets.find(each, plan.priority)) is not None
    ]
    return replace(plan, clocks=(*plan.clocks, *new))


def _hurry(plan: Plan, terms: Terms, at: datetime) -> Plan:
    """Let the next step be taken of the promise that is broken first, or was, of those that have a step left."""
    left = [
        (each.target_s - clocks.spent(clock=each, hours=terms.hours, at=at), index)
        for index, each in enumerate(plan.clocks)
        if clocks.has_steps(clock=each, terms=terms)
    ]
    if not left:
        return plan
    _, index = min(left)
    hurried = clocks.hurry(clock=plan.clocks[index], at=at)
    return replace(plan, clocks=(*plan.clocks[:index], hurried, *plan.clocks[index + 1 :]))


def _prioritize(plan: Plan, terms: Terms, priority: Priority, at: datetime) -> Plan:
    """Let the targets of another priority count; what is not promised at that one runs no more."""
    told = replace(plan, priority=priority)
    going = [_renewed(each, told, terms, terms, at) for each in plan.clocks]
    return replace(told, clocks=tuple(each for each in going if each is not None))


def _renewed(each: Clock, plan: Plan, old: Terms, new: Terms, at: datetime) -> Clock | None:
    """Answer a clock by another target from now on: nothing of it is due before now."""
    target = new.policy.targets.find(each.promise, plan.priority)
    if target is None:
        return None
    stopped = clocks.stop(clock=each, hours=old.hours, at=at)
    return replace(stopped, target_s=target, since=None if _stands_still(plan.standing, new) else at)


def _stands_still(category: Category, terms: Terms) -> bool:
    return category in terms.policy.stands_still
