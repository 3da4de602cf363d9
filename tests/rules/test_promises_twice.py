"""Ten thousand random histories: the rules say what a second, simple implementation says, whoever looks whenever."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

import pytest

from conversations.definitions.calendar.body import Calendar, Interval, Week, check_calendar
from conversations.definitions.calendar.rules import is_open
from conversations.engine.events import Fact
from conversations.tickets.events import (
    TicketAcknowledged,
    TicketCommented,
    TicketCustomerEscalated,
    TicketEscalated,
    TicketMoved,
    TicketPrioritized,
    TicketPromiseBroken,
    TicketPromiseKept,
)
from conversations.tickets.promises.policy import Level, SlaPolicy, Target, Targets, check_policy
from conversations.tickets.promises.rules import plan as plans
from conversations.tickets.promises.rules.plan import Plan
from conversations.tickets.promises.rules.terms import Hours, Terms
from conversations.tickets.rules.ticket import Ticket
from tests.rules.ticking import Said, Ticking

HISTORIES: Final = 10_000
TICK_S: Final = 600
TICKS: Final = 120
BEGINNING: Final = datetime(2026, 3, 27, 6, tzinfo=UTC)  # a Friday; the clocks change two days later
ID: Final = UUID(int=2)
DAYS: Final = tuple(Interval(opens=opens, closes=closes) for opens, closes in (("08:00", "12:00"), ("13:00", "17:30")))
CALENDAR: Final = check_calendar(
    Calendar(
        name="C",
        time_zone="Europe/Berlin",
        week=Week(monday=DAYS, wednesday=DAYS, friday=DAYS, saturday=(Interval(opens="10:00", closes="24:00"),)),
    )
)


@cache
def counts(at: datetime) -> bool:
    """Answer whether time counts by the calendar; the same moments are asked for in every history."""
    return is_open(calendar=CALENDAR, at=at)


def draw_policy(rng: random.Random) -> SlaPolicy:
    """Answer any policy; all its minutes are whole ticks."""

    def minutes(most: int) -> int:
        return 10 * rng.randint(1, most)

    def target() -> Any:
        usual = {"usual": minutes(30)} if rng.random() < 0.7 else {}
        return Target(**usual, **({"urgent": minutes(10)} if rng.random() < 0.5 or not usual else {}))

    names = [name for name in Targets.__struct_fields__ if rng.random() < 0.7] or ["resolution"]
    ladder = []
    for n in range(rng.randint(0, 4)):
        said: dict[str, Any] = {"key": f"l{n}", "minutes": 10 * rng.randint(0, 20)}
        said["when"] = rng.choice(["after_start", "before_breach", "after_breach"])
        if rng.random() < 0.3:
            said["promises"] = tuple(rng.sample(["first_reply", "next_reply", "update", "resolution"], 2))
        if rng.random() < 0.4:
            said["acknowledge_within"] = minutes(6)
        if rng.random() < 0.5:
            said["acknowledged_for"] = minutes(8)
        ladder.append(Level(**said))
    return check_policy(
        SlaPolicy(
            name="P",
            targets=Targets(**{name: target() for name in names}),
            stands_still=rng.choice([(), ("pending",), ("pending", "on_hold")]),
            ladder=tuple(ladder),
        )
    )


def fresh(at: datetime) -> Ticket:
    return Ticket(
        id=ID,
        prefix="A",
        number=1,
        type="general",
        title="",
        text="",
        status="new",
        category="new",
        opened_at=at,
        changed_at=at,
    )


class Planned:
    """The same ticket by the rules; it is looked at when somebody does something, and whenever a worker happens to."""

    def __init__(self, policy: SlaPolicy, hours: Hours, at: datetime) -> None:
        self.terms = Terms("p", 1, 0, policy, hours)
        self.ticket = fresh(at)
        self.plan: Plan = plans.begin(terms=self.terms, ticket=self.ticket, at=at)
        self.told: list[Said] = []

    def look(self, now: datetime) -> None:
        ask: dict[str, Any] = {"whom": lambda _level, _ticket: (), "name_of": lambda _member: None}
        self.plan, facts = plans.catch_up(plan=self.plan, terms=self.terms, ticket=self.ticket, now=now, **ask)
        self._hear(facts)

    def do(self, fact: Fact, now: datetime) -> None:
        self.look(now)
        self.plan, kept = plans.follow(plan=self.plan, terms=self.terms, ticket=ID, facts=[fact], at=now)
        self._hear(kept)

    def _hear(self, facts: list[Fact]) -> None:
        for fact in facts:
            match fact:
                case TicketPromiseBroken():
                    self.told.append(("broken", fact.promise, fact.start, fact.due_at))
                case TicketEscalated():
                    self.told.append(("escalated", fact.promise, fact.start, fact.level, fact.step, fact.due_at))
                case TicketPromiseKept():
                    self.told.append(("kept", fact.promise, fact.start, fact.took_s, fact.late))


Act = tuple[Callable[[Ticking], None], Fact]


def draw_act(rng: random.Random, category: str) -> Act:
    match rng.randint(0, 6):
        case 0:
            return Ticking.reply, TicketCommented(ticket=ID, author="member", name="", text="")
        case 1:
            return Ticking.ask, TicketCommented(ticket=ID, author="contact", name="", text="")
        case 2:
            return Ticking.acknowledge, TicketAcknowledged(ticket=ID, name="")
        case 3:
            priority: Any = rng.choice(["none", "low", "urgent"])
            return lambda ticking: ticking.prioritize(priority), TicketPrioritized(ticket=ID, priority=priority)
        case 4:
            return Ticking.escalate, TicketCustomerEscalated(ticket=ID)
        case _:
            to: Any = rng.choice(["open", "pending", "on_hold", "solved", "new"])
            moved = TicketMoved(ticket=ID, status=to, category=to, was=category)
            return lambda ticking: ticking.move(to), moved


def tell(seed: int) -> tuple[list[Said], list[Said]]:
    """Let one history happen twice; answer what was said of it, at each moment in the order of what ends there."""
    rng = random.Random(seed)
    policy, calendar = draw_policy(rng), CALENDAR if rng.random() < 0.6 else None
    ticking = Ticking(policy, (lambda _: True) if calendar is None else counts, BEGINNING, TICK_S)
    planned = Planned(policy, Hours(calendar), BEGINNING)
    ticking.begin()
    for _ in range(TICKS):
        ticking.tick()
        if rng.random() < 0.1:
            happen, fact = draw_act(rng, ticking.category)
            happen(ticking)
            planned.do(fact, ticking.now)
        elif rng.random() < 0.2:
            planned.look(ticking.now + timedelta(seconds=rng.randint(0, TICK_S - 1)))
    planned.look(ticking.now)
    return ticking.told, planned.told


@pytest.mark.parametrize("part", range(10))
def test_both_say_the_same(part: int) -> None:
    escalated = broken = kept = 0
    for seed in range(part * HISTORIES // 10, (part + 1) * HISTORIES // 10):
        simple, rules = tell(seed)
        assert sorted(map(repr, rules)) == sorted(map(repr, simple)), f"history {seed}"
        for run in {said[1:3] for said in rules}:  # and of each promise in the same order
            assert [s for s in rules if s[1:3] == run] == [s for s in simple if s[1:3] == run], f"history {seed}"
        escalated += sum(said[0] == "escalated" for said in rules)
        broken += sum(said[0] == "broken" for said in rules)
        kept += sum(said[0] == "kept" for said in rules)
    assert min(escalated, broken, kept) > HISTORIES // 20, "the histories are about something"
