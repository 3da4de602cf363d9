"""Business hours, against a second implementation that looks at the clock on the wall once a minute."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conversations.definitions.calendar.body import (
    CALENDAR,
    WEEKDAYS,
    Calendar,
    Holiday,
    Interval,
    Week,
    check_calendar,
)
from conversations.definitions.calendar.rules import is_open, next_opening, open_seconds_between, open_stretches
from conversations.definitions.kinds import check_body
from tenants.refusals import Invalid

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# Days around which clocks jump: by an hour and by half of one, at midnight, over a whole day; and one that is quiet.
JUMPS = [
    ("Europe/Berlin", datetime(2026, 3, 29, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, tzinfo=UTC)),
    ("America/Havana", datetime(2026, 3, 8, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 6, 1, tzinfo=UTC)),
]


def at_wall(calendar: Calendar, moment: datetime) -> bool:
    """The second implementation: what the wall shows, minute by minute."""
    local = moment.astimezone(ZoneInfo(calendar.time_zone))
    special = {holiday.date: holiday.hours for holiday in calendar.holidays}
    hours = special.get(local.date(), getattr(calendar.week, WEEKDAYS[local.weekday()]))
    return any(interval.opens <= f"{local:%H:%M}" < interval.closes for interval in hours)


def count_minutes(calendar: Calendar, since: datetime, until: datetime) -> int:
    return sum(at_wall(calendar, since + n * MINUTE) for n in range(int((until - since) / MINUTE)))


@st.composite
def days(draw: st.DrawFn) -> tuple[Interval, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 24 * 60), max_size=6)))
    clock = [f"{mark // 60:02}:{mark % 60:02}" for mark in marks]
    return tuple(Interval(opens=a, closes=b) for a, b in zip(clock[::2], clock[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn, around: date, zone: str) -> Calendar:
    week = Week(**{name: draw(days()) for name in draw(st.sets(st.sampled_from(WEEKDAYS)))})
    dates = draw(st.sets(st.integers(-3, 3), max_size=3))
    holidays = tuple(Holiday(date=around + n * DAY, hours=draw(days())) for n in dates)
    return check_calendar(Calendar(name="x", time_zone=zone, week=week, holidays=holidays))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar, and a moment not far from a jump."""
    zone, jump = draw(st.sampled_from(JUMPS))
    return draw(calendars(jump.date(), zone)), jump + draw(st.integers(-2 * 24 * 60, 2 * 24 * 60)) * MINUTE


@given(scenes())
def test_open_as_the_wall_says(scene: tuple[Calendar, datetime]) -> None:
    calendar, moment = scene
    assert is_open(calendar=calendar, at=moment) is at_wall(calendar, moment)


@given(scenes(), st.integers(0, 3 * 24 * 60))
@settings(max_examples=60)
def test_open_time_is_counted_as_the_wall_says(scene: tuple[Calendar, datetime], minutes: int) -> None:
    calendar, since = scene
    until = since + minutes * MINUTE
    counted = open_seconds_between(calendar=calendar, since=since, until=until)
    assert counted == 60 * count_minutes(calendar, since, until)


@given(scenes())
@settings(max_examples=60)
def test_the_next_opening_is_the_first_open_minute(scene: tuple[Calendar, datetime]) -> None:
    calendar, moment = scene
    found = next_opening(calendar=calendar, at=moment)
    minutes = (moment + n * MINUTE for n in range(3 * 24 * 60))
    first = next((minute for minute in minutes if at_wall(calendar, minute)), None)
    if first is None:
        assert found is None or found >= moment + 3 * DAY
    else:
        assert found == first


@given(scenes())
def test_no_opening_means_none_for_weeks(scene: tuple[Calendar, datetime]) -> None:
    calendar, moment = scene
    found = next_opening(calendar=calendar, at=moment)
    ahead = open_seconds_between(calendar=calendar, since=moment, until=moment + 40 * DAY)
    assert (found is None) == (ahead == 0)
    if found is not None:
        assert found >= moment
        assert is_open(calendar=calendar, at=found)
        assert open_seconds_between(calendar=calendar, since=moment, until=found) == 0


@given(scenes(), st.integers(0, 6000), st.integers(0, 6000))
def test_time_adds_up(scene: tuple[Calendar, datetime], one: int, other: int) -> None:
    calendar, start = scene
    middle, end = start + one * MINUTE, start + (one + other) * MINUTE
    parts = [
        open_seconds_between(calendar=calendar, since=start, until=middle),
        open_seconds_between(calendar=calendar, since=middle, until=end),
    ]
    assert open_seconds_between(calendar=calendar, since=start, until=end) == sum(parts)


@given(scenes())
def test_stretches_are_in_order_and_apart(scene: tuple[Calendar, datetime]) -> None:
    calendar, start = scene
    marks = [mark for one in open_stretches(calendar=calendar, since=start, until=start + 9 * DAY) for mark in one]
    assert marks == sorted(set(marks))


def office(**more: Any) -> Calendar:
    hours = [{"opens": "09:00", "closes": "12:00"}, {"opens": "13:00", "closes": "17:00"}]
    body = {"name": "Office", "time_zone": "Europe/Berlin", "week": dict.fromkeys(WEEKDAYS[:5], hours), **more}
    return msgspec.convert(check_body(kind=CALENDAR, body=body), Calendar)


def test_a_week_of_an_office() -> None:
    zone = ZoneInfo("Europe/Berlin")
    monday = datetime(2026, 3, 23, tzinfo=zone)
    assert open_seconds_between(calendar=office(), since=monday, until=monday + 7 * DAY) == 5 * 7 * 3600
    friday = datetime(2026, 3, 27, 17, tzinfo=zone)
    assert not is_open(calendar=office(), at=friday), "the end is not open any more"
    assert is_open(calendar=office(), at=friday - timedelta(microseconds=1))
    opens = datetime(2026, 3, 30, 7, tzinfo=UTC)  # 9 o'clock by then is summer time
    assert next_opening(calendar=office(), at=friday) == opens


def test_a_night_shift_lasts_an_hour_less_or_more_when_clocks_jump() -> None:
    night = check_calendar(
        Calendar(name="Night", time_zone="Europe/Berlin", week=Week(sunday=(Interval(opens="00:00", closes="06:00"),)))
    )
    hours = {
        day: open_seconds_between(calendar=night, since=day, until=day + DAY) / 3600
        for day in (datetime(2026, month, number, 21, tzinfo=UTC) for month, number in [(3, 21), (3, 28), (10, 24)])
    }
    assert list(hours.values()) == [6, 5, 7]


def test_holidays() -> None:
    closed_on_monday = office(
        holidays=[{"date": "2026-03-31", "hours": [{"opens": "10:00", "closes": "11:00"}]}, {"date": "2026-03-30"}]
    )
    saturday = datetime(2026, 3, 28, tzinfo=UTC)
    assert next_opening(calendar=closed_on_monday, at=saturday) == datetime(2026, 3, 31, 8, tzinfo=UTC)
    assert open_seconds_between(calendar=closed_on_monday, since=saturday, until=saturday + 4 * DAY) == 3600


def test_only_on_one_far_day() -> None:
    once = check_calendar(
        Calendar(
            name="Once",
            time_zone="Asia/Shanghai",
            holidays=(Holiday(date=date(2099, 1, 1), hours=(Interval(opens="00:00", closes="24:00"),)),),
        )
    )
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_opening(calendar=once, at=now) == datetime(2098, 12, 31, 16, tzinfo=UTC)
    assert next_opening(calendar=once, at=datetime(2099, 1, 2, tzinfo=UTC)) is None


def test_never_open() -> None:
    never = Calendar(name="Never", time_zone="UTC")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_opening(calendar=never, at=now) is None
    assert open_seconds_between(calendar=never, since=now, until=now - DAY) == 0


def test_all_of_many_mondays_are_closed() -> None:
    monday = date(2026, 1, 5)
    holidays = tuple(Holiday(date=monday + n * 7 * DAY) for n in range(150))
    calendar = Calendar(
        name="x", time_zone="UTC", week=Week(monday=(Interval(opens="09:00", closes="10:00"),)), holidays=holidays
    )
    found = next_opening(calendar=calendar, at=datetime(2026, 1, 1, tzinfo=UTC))
    assert found == datetime(2026, 1, 5, 9, tzinfo=UTC) + 150 * 7 * DAY


def test_a_moment_without_a_zone_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        is_open(calendar=office(), at=datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": "localtime"}, "time_zone"),
        ({"time_zone": "../etc/passwd"}, "time_zone"),
        ({"weeks": {}}, "weeks"),
        ({"week": {"mon": []}}, "week.mon"),
        ({"week": {"monday": [{"opens": "9:00", "closes": "10:00"}]}}, "week.monday[0].opens"),
        ({"week": {"monday": [{"opens": "24:00", "closes": "24:00"}]}}, "week.monday[0].opens"),
        ({"week": {"monday": [{"opens": "10:00", "closes": "10:00"}]}}, "week.monday.0"),
        ({"week": {"monday": [{"opens": "22:00", "closes": "06:00"}]}}, "week.monday.0"),
        (
            {"week": {"friday": [{"opens": "10:00", "closes": "12:00"}, {"opens": "09:00", "closes": "10:01"}]}},
            "week.friday",
        ),
        ({"holidays": [{"date": "2026-02-30"}]}, "holidays[0].date"),
        ({"holidays": [{"date": "1999-12-31"}]}, "holidays.0.date"),
        ({"holidays": [{"date": "2026-01-01"}, {"date": "2026-01-01"}]}, "holidays.0.date"),
        (
            {"holidays": [{"date": "2026-01-01", "hours": [{"opens": "10:00", "closes": "09:00"}]}]},
            "holidays.0.hours.0",
        ),
    ],
)
def test_calendars_that_do_not_fit(body: dict[str, Any], field: str) -> None:
    whole = {"name": "Office", "time_zone": "Asia/Shanghai", **body} if body else {"time_zone": "Asia/Shanghai"}
    with pytest.raises(Invalid) as refused:
        check_body(kind=CALENDAR, body=whole)
    assert refused.value.errors[0]["field"] == field


def test_a_calendar_in_its_plain_form() -> None:
    body = check_body(
        kind=CALENDAR,
        body={
            "name": "x",
            "time_zone": "UTC",
            "week": {"monday": [{"opens": "12:00", "closes": "24:00"}, {"opens": "09:00", "closes": "12:00"}]},
            "holidays": [{"date": "2026-10-01"}, {"date": "2026-05-01", "name": "劳动节"}],
        },
    )
    assert [one["opens"] for one in body["week"]["monday"]] == ["09:00", "12:00"]
    assert [one["date"] for one in body["holidays"]] == ["2026-05-01", "2026-10-01"]
    assert check_body(kind=CALENDAR, body=body) == body
