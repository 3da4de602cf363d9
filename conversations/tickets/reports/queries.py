"""Counting how promises went, by what they have in common, and listing them one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, F, FloatField, Q, QuerySet
from django.db.models.functions import TruncDate

from conversations.tickets.models import TicketRow
from conversations.tickets.reports.models import PromiseOutcome
from conversations.tickets.reports.rules import interval
from tenants.describing import Answer
from tenants.paging import Page, Window, cut, turn

By = Literal["team", "level", "cause", "promise", "policy", "type", "priority", "owner", "day"]
Outcome = Literal["kept", "late", "broken"]
MOST_GROUPS: Final = 1_000
_SETTLED: Final[tuple[Outcome, ...]] = ("kept", "late", "broken")


class Median(Aggregate):
    """The median of what is there."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which promises: settled since and until then; None means any, and "" a team, level or cause that there is not."""

    since: datetime
    until: datetime
    outcome: Outcome | None = None
    promise: str | None = None
    team: str | None = None
    level: str | None = None
    cause: str | None = None
    policy: str | None = None
    type: str | None = None
    priority: str | None = None
    owner: UUID | None = None


class Counted(Answer, frozen=True):
    """Promises with the same `key`: how many were kept, done late, and are broken.

    `share` of them were kept; chance alone would put it between `low` and `high`, 95 times of a hundred. `median_s` is
    what those took that were done.
    """

    key: str | None
    kept: int
    late: int
    broken: int
    share: float | None
    low: float
    high: float
    median_s: float | None


class Case(Answer, frozen=True):
    """One promise, and how it went. `number` is what people call its ticket."""

    id: UUID
    ticket: UUID
    number: str | None
    promise: str
    outcome: str
    start: datetime
    at: datetime
    took_s: float | None
    policy: str
    version: int
    type: str
    priority: str
    team: str | None
    owner: UUID | None
    cause: str | None
    level: str | None
    steps: int


def count_all(*, filters: Filters) -> Counted:
    """Answer all of them as one."""
    return _counted({"key": None, **_rows(filters).aggregate(**_figures())})


def count(*, filters: Filters, by: By, zone: ZoneInfo) -> tuple[list[Counted], bool]:
    """Answer them by what they have in common, and whether there are more than are answered; days are a zone's."""
    name: Any = TruncDate("at", tzinfo=zone) if by == "day" else F(by)
    rows = _rows(filters).annotate(key=name).values("key").annotate(**_figures()).order_by("key")[: MOST_GROUPS + 1]
    found = [_counted(row) for row in rows]
    return found[:MOST_GROUPS], len(found) > MOST_GROUPS


def get_cases(*, filters: Filters, window: Window) -> Page[Case]:
    """Answer a page of them, the last one settled first."""
    found = list(cut(rows=_rows(filters), fields=("at", "id"), descending=True, window=window))
    names = _find_numbers(found)
    page = turn(rows=found, window=window, key=lambda row: (row.at and row.at.isoformat(), row.id))
    return Page(rows=[_case(row, names) for row in page.rows], next=page.next, previous=page.previous)


def get_some(*, filters: Filters, limit: int) -> list[Case]:
    """Answer the last so many that were settled."""
    found = list(_rows(filters).order_by("-at", "-id")[:limit])
    names = _find_numbers(found)
    return [_case(row, names) for row in found]


def _rows(filters: Filters) -> QuerySet[PromiseOutcome]:
    names = ("promise", "team", "level", "cause", "policy", "type", "priority", "owner")
    said = {name: value for name in names if (value := getattr(filters, name)) is not None}
    outcomes = _SETTLED if filters.outcome is None else (filters.outcome,)
    return PromiseOutcome.objects.filter(at__gte=filters.since, at__lt=filters.until, outcome__in=outcomes, **said)


def _figures() -> dict[str, Any]:
    counts: dict[str, Any] = {name: Count("id", filter=Q(outcome=name)) for name in _SETTLED}
    return {**counts, "median_s": Median("took_s")}


def _counted(row: dict[str, Any]) -> Counted:
    of = row["kept"] + row["late"] + row["broken"]
    low, high = interval(kept=row["kept"], of=of)
    key = None if row["key"] is None else str(row["key"])
    return Counted(
        key=key,
        kept=row["kept"],
        late=row["late"],
        broken=row["broken"],
        share=round(row["kept"] / of, 4) if of else None,
        low=round(low, 4),
        high=round(high, 4),
        median_s=row["median_s"],
    )


def _find_numbers(rows: Sequence[PromiseOutcome]) -> dict[UUID, str]:
    found = TicketRow.objects.filter(id__in={row.ticket for row in rows}).values_list("id", "prefix", "number")
    return {id_: f"{prefix}-{number}" for id_, prefix, number in found}


def _case(row: PromiseOutcome, numbers: dict[UUID, str]) -> Case:
    assert row.at is not None  # noqa: S101 - settled, as _rows() asks
    return Case(
        id=row.id,
        ticket=row.ticket,
        number=numbers.get(row.ticket),
        promise=row.promise,
        outcome=row.outcome,
        start=row.start,
        at=row.at,
        took_s=row.took_s,
        policy=row.policy,
        version=row.version,
        type=row.type,
        priority=row.priority,
        team=row.team or None,
        owner=row.owner,
        cause=row.cause or None,
        level=row.level or None,
        steps=row.steps,
    )
