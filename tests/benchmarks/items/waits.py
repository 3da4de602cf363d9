"""How long a visitor is told to wait, against how long they did wait, with handling times of real dialogues.

Real are the times from the first message to the last. When customers come, and how many agents there are, is made up:
at random, at a rate that changes in the course of a day. First come, first served.
"""

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from config.embedded.replay.dialogues import read_files
from conversations.desk.rules.waiting import estimate_wait
from tests.benchmarks.bench import Bench
from tests.benchmarks.plan import quantiles
from tests.serving import ROOT

FILE: Final = ROOT.parent / "shared/data/dialogues/star-en.jsonl.gz"
LAST: Final = 100  # as the desk does it
PACE: Final = 20  # for comparison: how fast the last ones were handed out
EVERY_S: Final = 180.0  # visitors look again so often
DAYS: Final = 3  # of each kind
OF_AN_HOUR: Final = 3600.0

Hourly = Callable[[float], float]


@dataclass(frozen=True, kw_only=True)
class Day:
    """`slots` is how many conversations all agents can have at once; `load` is how much of that comes, by the hour."""

    slots: Hourly
    load: Hourly
    hours: float = 12.0


DAYS_OF: Final = {
    "6_slots_steady": Day(slots=lambda _: 6, load=lambda _: 0.95),
    "30_slots_with_a_rush": Day(slots=lambda _: 30, load=lambda hour: 0.875 + 0.275 * math.sin(hour / 12 * math.tau)),
    "30_slots_half_at_lunch": Day(slots=lambda hour: 15 if 4 <= hour % 8 < 5 else 30, load=lambda _: 0.85),
    "20_slots_after_a_night": Day(
        slots=lambda hour: 0 if 3 <= hour < 13 else 20,
        load=lambda hour: 0.9 if hour < 2.5 else 0.001 if hour < 13 else 1.2,
        hours=16.0,
    ),
    "120_slots_with_a_rush": Day(slots=lambda _: 120, load=lambda hour: 0.875 + 0.225 * math.sin(hour / 12 * math.tau)),
}


def measure(bench: Bench) -> dict[str, object]:
    """Answer for each kind of day how far the estimate was off, and how far one by the pace would have been."""
    bench.say("waits: real handling times, made-up days")
    if not FILE.exists():
        return {"skipped": "the recorded dialogues are not beside the repository"}
    dialogues = read_files(paths=[FILE]).dialogues
    times = [[line.at for line in dialogue.lines if line.at is not None] for dialogue in dialogues]
    lasted = [max(each) - min(each) for each in times if len(each) > 1]
    return {"dialogues": len(lasted)} | {name: _compare(day, lasted) for name, day in DAYS_OF.items()}


def _compare(day: Day, lasted: Sequence[float]) -> dict[str, object]:
    asked = [ask for seed in range(DAYS) for ask in Replay(day=day, lasted=lasted, seed=seed).run()]
    return {
        "asked": len(asked),
        "waited_s": quantiles([ask.waited_s for ask in asked]),
        "ours": _off([(ask.told_s, ask.waited_s) for ask in asked]),
        "by_the_pace": _off([(ask.by_pace_s, ask.waited_s) for ask in asked]),
    }


def _off(pairs: Sequence[tuple[float | None, float]]) -> dict[str, object]:
    """Answer the seconds that it was off, and the share that was right within a minute or 30 %."""
    told = [(said, real) for said, real in pairs if said is not None]
    right = sum(abs(said - real) <= max(60.0, 0.3 * real) for said, real in told)
    return {
        "told": len(told),
        "off_s": quantiles([abs(said - real) for said, real in told]),
        "right_share": round(right / max(len(told), 1), 3),
    }


@dataclass(kw_only=True)
class Ask:
    """What one visitor was told at one moment, and how long they then waited."""

    who: int
    at: float
    told_s: float | None
    by_pace_s: float | None
    waited_s: float = 0.0


@dataclass(kw_only=True)
class Replay:
    """One day, by the second; nothing of it is the product's but the rule that is looked at."""

    day: Day
    lasted: Sequence[float]
    seed: int
    _queue: list[int] = field(default_factory=list)
    _busy: int = 0
    _handed: list[float] = field(default_factory=list)
    _done: list[float] = field(default_factory=list)
    _handed_at: dict[int, float] = field(default_factory=dict)
    _asked: list[Ask] = field(default_factory=list)
    _coming: list[tuple[float, int, str]] = field(default_factory=list)

    def run(self) -> list[Ask]:
        """Answer what everybody was told who was served before the day ended."""
        self._plan()
        while self._coming:
            at, who, what = heapq.heappop(self._coming)
            match what:
                case "comes":
                    self._queue.append(who)
                case "is done":
                    self._busy -= 1
                    self._done.append(self._takes(who))
            self._hand_out(at)
            self._ask(at, self._queue if what == "looks" else self._queue[-1:] if what == "comes" else [])
        served = [ask for ask in self._asked if ask.who in self._handed_at]
        for ask in served:
            ask.waited_s = self._handed_at[ask.who] - ask.at
        return served

    def _plan(self) -> None:
        chance, at, who, mean = random.Random(self.seed), 0.0, 0, sum(self.lasted) / len(self.lasted)
        most = max(self.day.slots(hour / 10) for hour in range(int(self.day.hours * 10)))
        while at < self.day.hours * OF_AN_HOUR:
            at += chance.expovariate(most * self.day.load(at / OF_AN_HOUR) / mean)
            who += 1
            self._coming.append((at, who, "comes"))
        looks = int(self.day.hours * OF_AN_HOUR / EVERY_S)
        self._coming += [(n * EVERY_S, 0, "looks") for n in range(looks)]
        heapq.heapify(self._coming)

    def _takes(self, who: int) -> float:
        return self.lasted[(who * 7919 + self.seed) % len(self.lasted)]

    def _hand_out(self, at: float) -> None:
        while self._queue and self._busy < self.day.slots(at / OF_AN_HOUR):
            who = self._queue.pop(0)
            self._busy += 1
            self._handed.append(at)
            self._handed_at[who] = at
            heapq.heappush(self._coming, (at + self._takes(who), who, "is done"))

    def _ask(self, at: float, whom: Sequence[int]) -> None:
        first = len(self._queue) - len(whom) + 1
        last = self._handed[-PACE:]
        for place, who in enumerate(whom, start=first):
            told = estimate_wait(place=place, lasted_s=self._done[-LAST:], in_hand=self._busy)
            pace = (at - last[0]) / len(last) * place if last else None
            self._asked.append(Ask(who=who, at=at, told_s=told, by_pace_s=pace))
