"""REST of how promises went, for who may assign work and see tickets."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.definitions.calendar.body import is_time_zone
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from conversations.tickets.events import VIEW
from conversations.tickets.promises.standing import PromisesNow, count_now
from conversations.tickets.reports.queries import By, Case, Counted, Filters, Outcome, count, count_all, get_cases
from conversations.tickets.reports.rules import Cause
from conversations.tickets.rules.asking import check_view
from tenants.bodies import Body
from tenants.describing import Answer, Described, Listed, describe
from tenants.paging import LIMIT, Cursor, Limit, PageQuery, Window, links, open_window, read_query
from tenants.refusals import Invalid, NotAllowed, wrong

ASSIGN: Final = "conversations.assign"
USUAL: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=366)
Key = Annotated[str, Meta(max_length=64)]
Zone = Annotated[str, Meta(min_length=1, max_length=100)]


class Which(Body, frozen=True):
    """Which promises: settled since and until; unless it is said, in the last thirty days.

    An empty `team`, `level` or `cause` are those that had none.
    """

    since: datetime | UnsetType = UNSET
    until: datetime | UnsetType = UNSET
    outcome: Outcome | UnsetType = UNSET
    promise: Key | UnsetType = UNSET
    team: Key | UnsetType = UNSET
    level: Key | UnsetType = UNSET
    cause: Cause | UnsetType = UNSET
    policy: Key | UnsetType = UNSET
    type: Key | UnsetType = UNSET
    priority: Key | UnsetType = UNSET
    owner: UUID | UnsetType = UNSET


class CountQuery(Which, frozen=True):
    """By what to count them; days begin at midnight in `time_zone`."""

    by: By = "team"
    time_zone: Zone = "UTC"


class CasesQuery(Which, frozen=True):
    """Which of them to list, page by page."""

    limit: Limit = LIMIT
    cursor: Cursor | UnsetType = UNSET


class ReportShown(Answer, frozen=True):
    """How promises went: `all` of them, and by what was asked; `capped` where there are more than a thousand groups."""

    all: Counted
    groups: list[Counted]
    capped: bool


class PromiseReport(APIView):
    """`/api/v1/reports/promises`."""

    @describe(Described(answers={200: ReportShown}, query=CountQuery, scopes=(VIEW, ASSIGN)))
    def get(self, request: Request) -> Response:
        """Count promises of time that were kept, done late and broken."""
        check_reports(actor=get_actor(request=request))
        query = read_query(request=request, shape=CountQuery)
        if not is_time_zone(name=query.time_zone):
            detail = "A time zone of the IANA database, such as Asia/Shanghai."
            raise Invalid(errors=[wrong(field="time_zone", detail=detail)])
        filters = read_filters(asked=query)
        groups, capped = count(filters=filters, by=query.by, zone=ZoneInfo(query.time_zone))
        shown = ReportShown(all=count_all(filters=filters), groups=groups, capped=capped)
        return Response(msgspec.to_builtins(shown))


class PromisesOfNow(APIView):
    """`/api/v1/reports/promises/now`."""

    @describe(Described(answers={200: PromisesNow}, scopes=(VIEW, ASSIGN)))
    def get(self, request: Request) -> Response:
        """Count the tickets whose promises run, are broken, will soon be, or wait for somebody to have heard."""
        check_reports(actor=get_actor(request=request))
        return Response(msgspec.to_builtins(count_now(now=datetime.now(UTC))))


class PromiseCases(APIView):
    """`/api/v1/reports/promises/cases`."""

    @describe(Described(answers={200: Listed[Case]}, query=CasesQuery, scopes=(VIEW, ASSIGN)))
    def get(self, request: Request) -> Response:
        """List promises of time one by one, the last one settled first."""
        check_reports(actor=get_actor(request=request))
        query = read_query(request=request, shape=CasesQuery)
        page = get_cases(filters=read_filters(asked=query), window=_open_window(query))
        return Response({"results": msgspec.to_builtins(page.rows), **links(request=request, page=page)})


def check_reports(*, actor: Actor) -> None:
    """Refuse who may not see tickets, or does not see to who does what."""
    check_view(actor=actor)
    if not actor.may(ASSIGN):
        raise NotAllowed


def read_filters(*, asked: Which) -> Filters:
    """Answer what is asked for; raise Invalid for moments without a zone, the wrong way round, or too far apart."""
    until = _moment(asked, "until", datetime.now(UTC))
    since = _moment(asked, "since", until - USUAL)
    if not timedelta(0) < until - since <= LONGEST:
        raise Invalid(errors=[wrong(field="until", detail="After `since`, by at most 366 days.")])
    names = ("outcome", "promise", "team", "level", "cause", "policy", "type", "priority", "owner")
    said: dict[str, Any] = {name: value for name in names if (value := getattr(asked, name)) is not UNSET}
    return Filters(since=since, until=until, **said)


def _moment(asked: Which, name: str, usual: datetime) -> datetime:
    said: datetime | UnsetType = getattr(asked, name)
    if isinstance(said, UnsetType):
        return usual
    if said.tzinfo is None:
        raise Invalid(errors=[wrong(field=name, detail="A moment with its time zone.")])
    return said


def _open_window(query: CasesQuery) -> Window:
    said = msgspec.structs.replace(query, limit=LIMIT, cursor=UNSET)
    name = f"promise cases {msgspec.json.encode(said).decode()}"
    return open_window(query=PageQuery(limit=query.limit, cursor=query.cursor), name=name)
