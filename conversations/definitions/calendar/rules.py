"""When a calendar is open. Everything about clocks that jump is here; no clock is read, nothing is loaded.

It is open whenever the clock on the wall shows so: an hour that comes twice counts twice, one that is skipped does not.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from conversations.definitions.calendar.body import WEEKDAYS, Calendar, Interval

DAY: Final = timedelta(days=1)
STEP: Final = timedelta(hours=6)  # no zone changes its offset twice in so short a time
SECOND: Final = timedelta(seconds=1)
AT_ONCE: Final = 14 * DAY  # looked at together, in search of a moment to come
FARTHEST: Final = 3660 * DAY  # what is later than that never comes

Stretch = tuple[datetime, datetime]


def is_open(*, calendar: Calendar, at: datetime) -> bool:
    """Answer whether it is open at this moment."""
    local = _aware(at).astimezone(ZoneInfo(calendar.time_zone)).replace(tzinfo=None)
    return any(start <= local < end for start, end in _local_stretches(calendar, local.date()))


def next_opening(*, calendar: Calendar, at: datetime) -> datetime | None:
    """Answer the first moment from `at` on when it is open, in UTC: `at` itself if it is; None if it never is."""
    for day in _days_to_look_at(calendar, _aware(at)):
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for start, _ in open_stretches(calendar=calendar, since=max(at, noon - 2 * DAY), until=noon + 2 * DAY):
            return start
    return None


def open_seconds_between(*, calendar: Calendar, since: datetime, until: datetime) -> float:
    """Answer for how many seconds it is open from one moment to another; 0 if the other is not later."""
    stretches = open_stretches(calendar=calendar, since=since, until=until)
    return sum(((end - start) for start, end in stretches), start=timedelta()).total_seconds()


def moment_after(*, calendar: Calendar, since: datetime, seconds: float) -> datetime | None:
    """Answer the first moment, in UTC, by which it has been open for so many seconds; None: not in ten years."""
    left, begin = timedelta(seconds=seconds), _aware(since).astimezone(UTC)
    limit = begin + FARTHEST
    while left > timedelta() and begin < limit:
        opening = next_opening(calendar=calendar, at=begin)
        if opening is None:
            return None
        begin = opening + AT_ONCE
        for start, end in open_stretches(calendar=calendar, since=opening, until=begin):
            if end - start >= left:
                return start + left
            left -= end - start
    return None if left > timedelta() else begin


def open_stretches(*, calendar: Calendar, since: datetime, until: datetime) -> Iterator[Stretch]:
    """Yield the stretches in UTC when it is open, in order, none touching the next, cut to the two moments."""
    waiting: Stretch | None = None
    for start, end in _stretches(calendar, _aware(since).astimezone(UTC), _aware(until).astimezone(UTC)):
        if waiting is not None and waiting[1] == start:
            waiting = waiting[0], end
            continue
        if waiting is not None:
            yield waiting
        waiting = start, end
    if waiting is not None:
        yield waiting


def _stretches(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Stretch]:
    """Yield the same, cut at midnights and where the offset changes: between them, a wall clock runs like UTC."""
    day = since.replace(hour=0, minute=0, second=0, microsecond=0)
    while day < until:
        for start, end, offset in _get_pieces(calendar.time_zone, day):
            yield from _stretches_of_piece(calendar, max(start, since), min(end, until), offset)
        day += DAY


def _stretches_of_piece(calendar: Calendar, since: datetime, until: datetime, offset: timedelta) -> Iterator[Stretch]:
    if since >= until:
        return
    day, last = (since + offset).date(), (until + offset).date()
    while day <= last:
        for start, end in _local_stretches(calendar, day):
            cut = max(since, start.replace(tzinfo=UTC) - offset), min(until, end.replace(tzinfo=UTC) - offset)
            if cut[0] < cut[1]:
                yield cut
        day += DAY


@lru_cache(maxsize=4096)
def _get_pieces(zone: str, day: datetime) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Cut a day of UTC where the zone's offset changes; answer start, end and offset of each piece."""
    info = ZoneInfo(zone)
    cuts = [day]
    while cuts[-1] < day + DAY:
        cuts.append(_find_change(info, cuts[-1], min(cuts[-1] + STEP, day + DAY)))
    return tuple((start, end, _offset(info, start)) for start, end in pairwise(cuts))


def _find_change(info: ZoneInfo, start: datetime, end: datetime) -> datetime:
    """Answer the second at which the offset is no longer that of the start, or the end."""
    if _offset(info, end - SECOND) == _offset(info, start):
        return end
    low, high = 0, int((end - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        same = _offset(info, start + middle * SECOND) == _offset(info, start)
        low, high = (middle, high) if same else (low, middle)
    return start + high * SECOND


def _offset(info: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(info).utcoffset() or timedelta()


def _local_stretches(calendar: Calendar, day: date) -> Iterator[Stretch]:
    """Yield the hours of one date as the clock on the wall shows them."""
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - what a wall shows has no zone
    for interval in _get_hours(calendar, day):
        yield midnight + _since_midnight(interval.opens), midnight + _since_midnight(interval.closes)


def _get_hours(calendar: Calendar, day: date) -> tuple[Interval, ...]:
    for holiday in calendar.holidays:
        if holiday.date == day:
            return holiday.hours
    hours: tuple[Interval, ...] = getattr(calendar.week, WEEKDAYS[day.weekday()])
    return hours


def _since_midnight(clock: str) -> timedelta:
    return timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))


def _days_to_look_at(calendar: Calendar, at: datetime) -> Iterator[date]:
    """Yield dates, in order, around which an opening may be: enough of them to be sure that there is none."""
    today = at.astimezone(ZoneInfo(calendar.time_zone)).date()
    if not any(getattr(calendar.week, name) for name in WEEKDAYS):
        yield from sorted(holiday.date for holiday in calendar.holidays if holiday.date >= today)
        return
    # A closed holiday or a skipped hour takes one opening away; each weekday comes back after seven days.
    for ahead in range(7 * (len(calendar.holidays) + 3)):
        yield today + ahead * DAY


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a moment needs a zone")
    return at
