"""What a calendar is: the typed body of definition kind `calendar`."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Annotated, Final
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from conversations.definitions.kinds import Kind
from tenants.refusals import FieldError, Invalid, wrong

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
YEARS: Final = range(2000, 2101)
NO_ZONES: Final = frozenset({"localtime", "Factory"})  # what these mean hangs on the machine

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Start = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
End = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)\Z")]


class Interval(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A stretch of one day by the clock on the wall, its end excluded; what goes past midnight is two of them."""

    opens: Start
    closes: End


Day = Annotated[tuple[Interval, ...], Meta(max_length=24)]


class Week(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The hours of every weekday."""

    monday: Day = ()
    tuesday: Day = ()
    wednesday: Day = ()
    thursday: Day = ()
    friday: Day = ()
    saturday: Day = ()
    sunday: Day = ()


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A date with hours of its own; without any it is closed."""

    date: dt.date
    name: Annotated[str, Meta(max_length=100)] = ""
    hours: Day = ()


class Calendar(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Business hours in one IANA time zone. A holiday's hours stand in place of its weekday's."""

    name: Name
    time_zone: Annotated[str, Meta(max_length=100)]
    week: Week = msgspec.field(default_factory=Week)
    holidays: Annotated[tuple[Holiday, ...], Meta(max_length=1000)] = ()


def check_calendar(body: Calendar) -> Calendar:
    """Answer the calendar with its days and holidays in order; raise Invalid with every mistake."""
    errors = list(_find_mistakes(body))
    if errors:
        raise Invalid(errors=errors)
    week = Week(**{name: _in_order(getattr(body.week, name)) for name in WEEKDAYS})
    holidays = [msgspec.structs.replace(holiday, hours=_in_order(holiday.hours)) for holiday in body.holidays]
    holidays.sort(key=lambda holiday: holiday.date)
    return msgspec.structs.replace(body, week=week, holidays=tuple(holidays))


def _find_mistakes(body: Calendar) -> Iterator[FieldError]:
    if not is_time_zone(name=body.time_zone):
        yield wrong(field="time_zone", detail="A time zone of the IANA database, such as Asia/Shanghai.")
    for name in WEEKDAYS:
        yield from _find_mistakes_of_day(getattr(body.week, name), f"week.{name}")
    times = Counter(holiday.date for holiday in body.holidays)
    for index, holiday in enumerate(body.holidays):
        if holiday.date.year not in YEARS:
            yield wrong(field=f"holidays.{index}.date", detail=f"A date from {YEARS[0]} to {YEARS[-1]}.")
        if times[holiday.date] > 1:
            yield wrong(field=f"holidays.{index}.date", detail="This date is there twice.")
        yield from _find_mistakes_of_day(holiday.hours, f"holidays.{index}.hours")


def _find_mistakes_of_day(day: Iterable[Interval], field: str) -> Iterator[FieldError]:
    for index, interval in enumerate(day):
        if interval.opens >= interval.closes:
            yield wrong(
                field=f"{field}.{index}", detail="It must open before it closes; past midnight is the next day's."
            )
    if any(later.opens < earlier.closes for earlier, later in pairwise(_in_order(day))):
        yield wrong(field=field, detail="These hours overlap.")


def _in_order(day: Iterable[Interval]) -> tuple[Interval, ...]:
    return tuple(sorted(day, key=lambda interval: interval.opens))


def is_time_zone(*, name: str) -> bool:
    """Tell whether there is a time zone of this name."""
    return name in _zones()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - NO_ZONES)


CALENDAR: Final = Kind(
    name="calendar",
    titles={"en": "Business hours", "zh": "工作时间"},
    body=Calendar,
    check=check_calendar,
)
