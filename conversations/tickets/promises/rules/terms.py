"""The terms of promises: a version of a policy, and the time that counts by it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from conversations.definitions.calendar.body import Calendar
from conversations.definitions.calendar.rules import moment_after, open_seconds_between
from conversations.tickets.promises.policy import SlaPolicy


@dataclass(frozen=True, slots=True)
class Hours:
    """The time that counts: a calendar's, or all of it."""

    calendar: Calendar | None = None

    def between(self, since: datetime, until: datetime) -> float:
        """Answer how many seconds count from one moment to another; none where a clock went back."""
        if until <= since:
            return 0.0
        if self.calendar is None:
            return (until - since).total_seconds()
        return open_seconds_between(calendar=self.calendar, since=since, until=until)

    def after(self, since: datetime, seconds: float) -> datetime | None:
        """Answer the moment by which so many seconds have counted since then; None: they never will have."""
        if seconds <= 0:
            return since
        if self.calendar is None:
            return since + timedelta(seconds=seconds)
        return moment_after(calendar=self.calendar, since=since, seconds=seconds)


class Terms(NamedTuple):
    """A version of a policy with a version of its calendar (0: it has none). Both are what they are for good."""

    key: str
    version: int
    calendar: int
    policy: SlaPolicy
    hours: Hours

    def name_of(self, level: str) -> str:
        """Answer by which name a step of its ladder is remembered."""
        return f"{self.key}/{level}"

    @property
    def place(self) -> tuple[str, int, int]:
        """Answer by what they are found again."""
        return self.key, self.version, self.calendar
