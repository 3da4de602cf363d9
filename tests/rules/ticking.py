"""Promises of time a second time, as simply as can be: time goes by in ticks, and at each tick everything is counted.

Nothing is planned ahead here, and nothing is left out; it is slow, and tests/rules/test_promises_twice.py holds the
rules to it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from conversations.tickets.promises.policy import Level, SlaPolicy

Said = tuple[object, ...]
LASTING = ("update", "resolution")


@dataclass
class Run:
    """One promise that runs."""

    promise: str
    start: datetime
    target_s: int
    used_s: int = 0
    broken: bool = False
    reached: list[str] = field(default_factory=list)
    since_told_s: int | None = None
    since_heard_s: int | None = None
    hurried: bool = False


@dataclass
class Ticking:
    """One ticket. `is_open` says whether time counts in the tick that begins then."""

    policy: SlaPolicy
    is_open: Callable[[datetime], bool]
    now: datetime
    tick_s: int
    priority: str = "none"
    category: str = "new"
    runs: list[Run] = field(default_factory=list)
    told: list[Said] = field(default_factory=list)

    def begin(self) -> None:
        self._start("first_reply", *LASTING)
        self.look()

    def tick(self) -> None:
        """Let one tick pass."""
        if self.is_open(self.now):
            for run in self.runs:
                run.used_s += 0 if self._stands_still else self.tick_s
                run.since_told_s = None if run.since_told_s is None else run.since_told_s + self.tick_s
                run.since_heard_s = None if run.since_heard_s is None else run.since_heard_s + self.tick_s
        self.now += timedelta(seconds=self.tick_s)
        self.look()

    def look(self) -> None:
        """Say what has come due at this moment: broken promises first, then each ladder from its lowest step."""
        while not self._stands_still and (found := self._find()) is not None:
            run, level = found
            if level is None:
                run.broken = True
                self.told.append(("broken", run.promise, run.start, self.now))
            else:
                run.reached.append(level.key)
                run.since_told_s, run.since_heard_s, run.hurried = 0, None, False
                self.told.append(("escalated", run.promise, run.start, level.key, len(run.reached), self.now))

    def reply(self) -> None:
        self._keep("first_reply", "next_reply", "update")
        if not self._is_settled:
            self._start("update")
        self.look()

    def ask(self) -> None:
        asked = any(run.promise in {"first_reply", "next_reply"} for run in self.runs)
        if not asked and not self._is_settled:
            self._start("next_reply")
        self.look()

    def move(self, category: str) -> None:
        was_settled, self.category = self._is_settled, category
        if self._is_settled:
            self._keep(*(run.promise for run in self.runs))
        elif was_settled:
            self._start(*LASTING)
        self.look()

    def prioritize(self, priority: str) -> None:
        self.priority = priority
        for run in list(self.runs):
            target = self._target(run.promise)
            if target is None:
                self.runs.remove(run)
            else:
                run.target_s = target
        self.look()

    def acknowledge(self) -> None:
        for run in self.runs:
            if run.reached:
                run.since_heard_s = 0
        self.look()

    def escalate(self) -> None:
        """The customer wants somebody else: of what is soonest too late the next step is taken at once."""
        soonest: Run | None = None
        for run in self.runs:
            if self._left(run) and (soonest is None or run.target_s - run.used_s < soonest.target_s - soonest.used_s):
                soonest = run
        if soonest is not None:
            soonest.hurried = True
        self.look()

    @property
    def _is_settled(self) -> bool:
        return self.category in {"solved", "closed"}

    @property
    def _stands_still(self) -> bool:
        return self.category in self.policy.stands_still

    def _find(self) -> tuple[Run, Level | None] | None:
        for run in self.runs:
            if not run.broken and run.used_s >= run.target_s:
                return run, None
            level = self._find_level(run)
            if level is not None:
                return run, level
        return None

    def _find_level(self, run: Run) -> Level | None:
        ladder, left = self._ladder(run), self._left(run)
        last = next((level for level in ladder if run.reached and level.key == run.reached[-1]), None)
        for level in left:
            seconds = level.minutes * 60
            needed = {
                "after_start": seconds,
                "before_breach": run.target_s - seconds,
                "after_breach": run.target_s + seconds,
            }[level.when]
            due = run.used_s >= needed
            if last is not None and run.since_heard_s is not None:
                held = not isinstance(last.acknowledged_for, int) or run.since_heard_s < last.acknowledged_for * 60
                due = due and not held
            elif last is not None and level is left[0] and isinstance(last.acknowledge_within, int):
                due = due or (run.since_told_s or 0) >= last.acknowledge_within * 60
            if due or (run.hurried and level is left[0]):
                return level
        return None

    def _ladder(self, run: Run) -> list[Level]:
        return [level for level in self.policy.ladder if not level.promises or run.promise in level.promises]

    def _left(self, run: Run) -> list[Level]:
        return [level for level in self._ladder(run) if level.key not in run.reached]

    def _start(self, *promises: str) -> None:
        for promise in promises:
            target = self._target(promise)
            if target is not None:
                self.runs.append(Run(promise, self.now, target))

    def _keep(self, *promises: str) -> None:
        for run in [run for run in self.runs if run.promise in promises]:
            self.told.append(("kept", run.promise, run.start, float(run.used_s), run.broken))
            self.runs.remove(run)

    def _target(self, promise: str) -> int | None:
        target = getattr(self.policy.targets, promise)
        minutes = getattr(target, self.priority, None) if target else None
        if target and not isinstance(minutes, int):
            minutes = target.usual
        return minutes * 60 if isinstance(minutes, int) else None
