"""What follows from an attempt: for the delivery, and for the endpoint's health. Pure: no I/O, no clock.

A delivery is tried ten times over three days. An endpoint that fails again and again rests for minutes at most, so that
it holds nobody else up; one that has done nothing else for five days is switched off, and so is one that says 410.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Literal

Off = Literal["", "gone", "failing", "restored"]
State = Literal["waiting", "delivered", "failed"]

PAUSES_S: Final = (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)  # before each attempt
MOST_ATTEMPTS: Final = len(PAUSES_S)
JITTER: Final = 0.1  # of a pause is added at most, so that what failed together does not come back together
LONGEST_WISH: Final = timedelta(hours=24)
SWITCHED_OFF_AFTER: Final = timedelta(hours=120)
PATIENCE: Final = 5  # failures in a row before an endpoint rests
LONGEST_REST: Final = timedelta(minutes=5)
_MOST_DOUBLINGS: Final = 6
GONE: Final = 410
SLOW_DOWN: Final = frozenset({429, 503})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What came of a request: the answer's status, or what went wrong (`error`), and how long it took.

    `wish` is when the receiver asks to be tried again; `answer` is the beginning of what it said.
    """

    at: datetime
    ms: int
    status: int | None = None
    error: str = ""
    answer: str = ""
    wish: datetime | None = None

    @property
    def is_ok(self) -> bool:
        """Tell whether it was taken: 2xx and nothing else."""
        return not self.error and self.status is not None and 200 <= self.status < 300  # HTTP's own border

    @property
    def is_gone(self) -> bool:
        """Tell whether the receiver wants nothing more, ever."""
        return self.status == GONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How an endpoint does: failures in a row, since when it does nothing else, until when it is left alone."""

    failures: int = 0
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    off_why: Off = ""


def follow(*, attempt: Attempt, made: int, luck: float) -> tuple[State, datetime | None]:
    """Answer what a delivery is after its attempt number `made` (from 1), and when it is due again.

    `luck` (0 to 1) spreads what failed together.
    """
    if attempt.is_ok:
        return "delivered", None
    if made >= MOST_ATTEMPTS:
        return "failed", None
    pause = PAUSES_S[made] * (1 + JITTER * luck)
    due = attempt.at + timedelta(milliseconds=attempt.ms, seconds=pause)
    return "waiting", due if attempt.wish is None else max(due, attempt.wish)


def judge(*, health: Health, attempts: Iterable[Attempt], now: datetime) -> Health:
    """Answer an endpoint's health after these attempts, in the order in which they ended."""
    for attempt in attempts:
        health = _after(health, attempt, now)
    return health


def _after(health: Health, attempt: Attempt, now: datetime) -> Health:
    if attempt.is_ok:
        # What was under way when it asked for a pause takes nothing of that.
        wish = health.rests_until if health.failures < PATIENCE and (health.rests_until or now) > now else None
        return replace(health, failures=0, failing_since=None, rests_until=wish)
    failures, since = health.failures + 1, health.failing_since or attempt.at
    off: Off = health.off_why
    if attempt.is_gone:
        off = "gone"
    elif not off and now - since >= SWITCHED_OFF_AFTER:
        off = "failing"
    return Health(failures=failures, failing_since=since, rests_until=_rest(failures, attempt, now), off_why=off)


def _rest(failures: int, attempt: Attempt, now: datetime) -> datetime | None:
    """Answer until when the endpoint is left alone: longer each time; who asks for a pause for all gets it."""
    wishes = [attempt.wish] if attempt.wish is not None and attempt.status in SLOW_DOWN else []
    if failures >= PATIENCE:
        doubled = timedelta(seconds=5 * 2 ** min(failures - PATIENCE, _MOST_DOUBLINGS))
        wishes.append(now + min(doubled, LONGEST_REST))
    return max(wishes, default=None)


def read_wish(*, said: str | None, now: datetime) -> datetime | None:
    """Answer the moment that a Retry-After names, in seconds or as a date; a day ahead at most, None for neither."""
    if not said:
        return None
    try:
        wish = now + timedelta(seconds=int(said)) if said.isdecimal() else parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    if wish.tzinfo is None:
        wish = wish.replace(tzinfo=UTC)
    return min(max(wish, now), now + LONGEST_WISH)
