"""How promises of time went: counted and drawn, down to each ticket, and as a file of comma-separated values."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, cast, get_args
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from conversations.console.tickets.drawing import draw
from conversations.console.tickets.listing import ASSIGN, get_actor, get_types
from conversations.console.tickets.rows import get_team_names
from conversations.console.tickets.words import PRIORITIES, PROMISES, get_names
from conversations.definitions.queries import get_definitions
from conversations.tickets.promises.policy import KIND
from conversations.tickets.reports.queries import By, Case, Counted, Filters, Outcome, count, count_all, get_some
from tenants.middleware import TenantRequest
from tenants.refusals import NotAllowed
from tenants.settings_pages import show_settings, signed_in

PATH: Final = "/reports/promises"
DAYS: Final = 30
MOST_DAYS: Final = 366
SHOWN: Final = 100  # cases on the page; the file has them all
MOST: Final = 50_000
BY: Final[Mapping[By, str]] = {
    "team": gettext_noop("Team"),
    "level": gettext_noop("Step of the ladder"),
    "cause": gettext_noop("Cause"),
    "promise": gettext_noop("Promise"),
    "policy": gettext_noop("Policy"),
    "type": gettext_noop("Type"),
    "priority": gettext_noop("Priority"),
    "owner": gettext_noop("Who had it"),
    "day": gettext_noop("Day"),
}
CAUSES: Final = {
    "nobody_had_it": gettext_noop("Nobody had it"),
    "nobody_in_team": gettext_noop("Nobody in the team had it"),
    "on_hold": gettext_noop("It was on hold"),
    "not_answered": gettext_noop("The customer had no answer"),
    "not_finished": gettext_noop("It was answered and not finished"),
}
OUTCOMES: Final[Mapping[Outcome, str]] = {
    "kept": gettext_noop("Kept"),
    "late": gettext_noop("Done late"),
    "broken": gettext_noop("Broken, not done"),
}
_COLUMNS: Final = (
    *("number", "promise", "outcome", "start", "at", "took_s", "policy", "version"),
    *("type", "priority", "team", "owner", "cause", "level", "steps"),
)
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what spreadsheets would work out


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the address says: from one day to another, by what to count, and of which group and outcome."""

    since: date
    until: date
    by: By
    key: str | None
    outcome: Outcome | None

    @property
    def filters(self) -> Filters:
        """Answer which promises are looked at: whole days of UTC."""
        start, end = (datetime.combine(day, time(), UTC) for day in (self.since, self.until + timedelta(days=1)))
        said: dict[str, Any] = {}
        if self.key is not None and self.by != "day":
            said[self.by] = _owner(self.key) if self.by == "owner" else self.key
        if self.key is not None and self.by == "day":
            start = datetime.combine(_day(self.key, self.since), time(), UTC)
            end = start + timedelta(days=1)
        return Filters(since=start, until=end, outcome=self.outcome, **said)

    def link(self, **other: str) -> str:
        """Answer the address of another look."""
        said = {"since": str(self.since), "until": str(self.until), "by": self.by, **other}
        return f"?{urlencode(said)}"


@require_safe
@signed_in
def page(request: TenantRequest) -> HttpResponse:
    """Show the report, and of a group the promises one by one."""
    _check(request)
    asked = _read(request)
    whole = _Asked(asked.since, asked.until, asked.by, None, None)
    groups, capped = count(filters=whole.filters, by=asked.by, zone=ZoneInfo("UTC"))
    name = _namer(asked.by)
    shown = [{**_group(each, name), "link": asked.link(key=each.key or "")} for each in groups]
    cases = get_some(filters=asked.filters, limit=SHOWN) if asked.key is not None or asked.outcome else []
    context = {
        "asked": asked,
        "by": [{"key": key, "words": words, "here": key == asked.by} for key, words in BY.items()],
        "column": BY[asked.by],
        "all": _group(count_all(filters=whole.filters), name),
        "groups": shown,
        "capped": capped,
        "drawing": draw(groups=[(each["name"], each["kept"], each["late"], each["broken"]) for each in shown]),
        "outcomes": [{"words": words, "link": asked.link(outcome=key)} for key, words in OUTCOMES.items()],
        "cases": [_case(each) for each in cases],
        "picked": asked.key is not None or asked.outcome is not None,
        "picked_name": name(asked.key) if asked.key is not None else OUTCOMES[asked.outcome] if asked.outcome else "",
        "file": f"{PATH}.csv{asked.link(**_said(asked))}",
    }
    return show_settings(request, template="console/tickets/report.html", context=context)


@require_safe
@signed_in
def file(request: TenantRequest) -> HttpResponse:
    """Answer the promises one by one as comma-separated values, with the filters of the page."""
    _check(request)
    asked = _read(request)
    cases = get_some(filters=asked.filters, limit=MOST)
    response = HttpResponse("".join(_lines(cases)), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="promises-{asked.since}-{asked.until}.csv"'
    return response


def _check(request: TenantRequest) -> None:
    if not get_actor(request).may(ASSIGN):
        raise NotAllowed


def _read(request: TenantRequest) -> _Asked:
    """Answer what the address says; what cannot be read is as if it were not said."""
    given, today = request.GET, datetime.now(UTC).date()
    until = _day(given.get("until", ""), today)
    since = _day(given.get("since", ""), until - timedelta(days=DAYS - 1))
    if not timedelta(0) <= until - since < timedelta(days=MOST_DAYS):
        since, until = today - timedelta(days=DAYS - 1), today
    by, outcome = given.get("by", ""), given.get("outcome", "")
    key = given.get("key")
    return _Asked(
        since,
        until,
        cast("By", by) if by in get_args(By) else "team",
        None if key is None else key.replace("\x00", "")[:200],
        cast("Outcome", outcome) if outcome in OUTCOMES else None,
    )


def _day(text: str, usual: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return usual


def _owner(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        return UUID(int=0)  # nobody


def _said(asked: _Asked) -> dict[str, str]:
    said = {"key": asked.key, "outcome": asked.outcome}
    return {name: value for name, value in said.items() if value is not None}


def _namer(by: By) -> Any:
    """Answer what tells the name of a group's key."""
    names: dict[str, str]
    match by:
        case "team":
            names = get_team_names()
        case "owner":
            names = {str(id_): name for id_, name in get_names().items()}
        case "policy":
            names = {row.key: str(row.body["name"]) for row in get_definitions(kind=KIND)}
        case "type":
            names = dict(get_types())
        case "cause" | "promise" | "priority":
            words: Mapping[str, str] = {"cause": CAUSES, "promise": PROMISES, "priority": PRIORITIES}[by]
            names = {key: gettext(each) for key, each in words.items()}
        case _:
            names = {}
    return lambda key: names.get(key or "", key) or gettext("None")


def _group(each: Counted, name: Any) -> dict[str, Any]:
    percent = None if each.share is None else round(each.share * 100)
    return {
        "name": name(each.key),
        "kept": each.kept,
        "late": each.late,
        "broken": each.broken,
        "percent": percent,
        "low": round(each.low * 100),
        "high": round(each.high * 100),
        "minutes": None if each.median_s is None else round(each.median_s / 60),
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "ticket": case.ticket,
        "number": case.number or "—",
        "promise": PROMISES[case.promise],
        "outcome": case.outcome,
        "outcome_words": dict(OUTCOMES)[cast("Outcome", case.outcome)],
        "at": case.at,
        "cause": CAUSES.get(case.cause or "", ""),
        "level": case.level or "",
    }


def _lines(cases: list[Case]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_COLUMNS)
    for case in cases:
        writer.writerow([_cell(getattr(case, name)) for name in _COLUMNS])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _cell(value: object) -> str:
    text = "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
