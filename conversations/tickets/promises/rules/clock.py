"""One promise's clock: how far it is, and which step of its ladder comes next and when.

Every moment follows from the clock alone. So it makes no difference when, how often or by whom it is looked at: what
is overdue is written with the moment at which it was due.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

import msgspec
from msgspec import UnsetType
from msgspec.structs import replace

from conversations.tickets.events import Promise
from conversations.tickets.promises.policy import MINUTE_S, Level
from conversations.tickets.promises.rules.terms import Hours, Terms

BREACH: Final = -1  # of things due at the same moment, the broken promise comes before the steps of the ladder


class Clock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promise that runs: it began at `start`, by which it is named, and has used `spent_s` of its time by `since`.

    Since None it stands still. `reached` are the steps of the ladder that were taken, the last one at `reached_at`. The
    next one is taken at `hurried_at` at the latest, whoever has heard.
    """

    promise: Promise
    start: datetime
    target_s: int
    since: datetime | None
    spent_s: float = 0.0
    broken: bool = False
    reached: tuple[str, ...] = ()
    reached_at: datetime | None = None
    acknowledged_at: datetime | None = None
    hurried_at: datetime | None = None


class Due(NamedTuple):
    """What comes next: a step of the ladder, by its place there, or BREACH."""

    at: datetime
    place: int
    level: Level | None


def spent(*, clock: Clock, hours: Hours, at: datetime) -> float:
    """Answer how many seconds of its time it has used."""
    return clock.spent_s + (0.0 if clock.since is None else hours.between(clock.since, at))


def stop(*, clock: Clock, hours: Hours, at: datetime) -> Clock:
    """Let it stand still."""
    return replace(clock, spent_s=spent(clock=clock, hours=hours, at=at), since=None)


def go_on(*, clock: Clock, at: datetime) -> Clock:
    """Let it run again."""
    return replace(clock, since=clock.since or at)


def acknowledge(*, clock: Clock, at: datetime) -> Clock:
    """Note that somebody has heard; where nobody was told yet there is nothing to be heard."""
    return replace(clock, acknowledged_at=at) if clock.reached else clock


def take(*, clock: Clock, due: Due, terms: Terms) -> Clock:
    """Let what is due have happened."""
    if due.level is None:
        return replace(clock, broken=True)
    reached = (*clock.reached, terms.name_of(due.level.key))
    return replace(clock, reached=reached, reached_at=due.at, acknowledged_at=None, hurried_at=None)


def hurry(*, clock: Clock, at: datetime) -> Clock:
    """Let the next step of its ladder be taken at once."""
    return replace(clock, hurried_at=at)


def has_steps(*, clock: Clock, terms: Terms) -> bool:
    """Tell whether a step of its ladder is left."""
    return any(terms.name_of(level.key) not in clock.reached for level in terms.policy.levels_of(clock.promise))


def breach_at(*, clock: Clock, hours: Hours) -> datetime | None:
    """Answer when the promise is broken, or was; None while it stands still, and where that never comes."""
    if clock.since is None:
        return None
    return hours.after(clock.since, clock.target_s - clock.spent_s)


def find_next(*, clock: Clock, terms: Terms) -> Due | None:
    """Answer what comes next, whether or not its time has come; None while it stands still, and when nothing comes."""
    return min(_dues(clock, terms), key=lambda due: due[:2], default=None)


def _dues(clock: Clock, terms: Terms) -> Iterator[Due]:
    if clock.since is None:
        return
    breach = None if clock.broken else breach_at(clock=clock, hours=terms.hours)
    if breach is not None:
        yield Due(breach, BREACH, None)
    levels = terms.policy.levels_of(clock.promise)
    left = [(n, level) for n, level in enumerate(levels) if terms.name_of(level.key) not in clock.reached]
    for n, level in left:
        at = terms.hours.after(clock.since, level.offset_s(clock.target_s) - clock.spent_s)
        is_next = n == left[0][0]
        at = _told(clock, terms, at, is_next=is_next)
        if is_next and clock.hurried_at is not None:
            at = clock.hurried_at if at is None else min(at, clock.hurried_at)
        if at is not None:
            yield Due(max(at, clock.since, clock.reached_at or at), n, level)  # none is taken before the one before


def _told(clock: Clock, terms: Terms, at: datetime | None, *, is_next: bool) -> datetime | None:
    """Answer when a step is taken after whoever was told last has said that they heard, or has not said so."""
    levels = terms.policy.levels_of(clock.promise)
    newest = clock.reached[-1] if clock.reached else None
    last = next((level for level in levels if terms.name_of(level.key) == newest), None)
    if last is None or clock.reached_at is None:
        return at
    if clock.acknowledged_at is None:
        return _sooner(at, last, clock.reached_at, terms.hours) if is_next else at
    if at is None or isinstance(last.acknowledged_for, UnsetType):
        return None
    again = terms.hours.after(clock.acknowledged_at, last.acknowledged_for * MINUTE_S)
    return None if again is None else max(at, again)


def _sooner(at: datetime | None, last: Level, told_at: datetime, hours: Hours) -> datetime | None:
    if isinstance(last.acknowledge_within, UnsetType):
        return at
    latest = hours.after(told_at, last.acknowledge_within * MINUTE_S)
    return min((each for each in (at, latest) if each is not None), default=None)
