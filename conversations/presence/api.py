"""REST of presence: one's own state, the colleagues', what happened, and times for reports."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.models import Event
from conversations.presence import commands, queries
from conversations.presence.events import State
from conversations.presence.models import Presence
from conversations.presence.queries import ChangeFilters, DayOf
from conversations.presence.rules import STATES, Standing
from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_caller, get_member
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import Invalid, NotAllowed

DAYS: Final = 92
WEEK: Final = 7
YEARS: Final = range(2000, 2100)  # the calendar ends at year 9999, and zones are asked of the days around

Reason = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}(?![\s\S])")]


class PresenceShown(Answer, frozen=True):
    """In what state a member is, why (the key of a `presence_reason`), and since when; null if never seen."""

    member: UUID
    state: State
    reason: str | None
    since: datetime | None


class OwnPresence(Answer, frozen=True):
    """In what state you are for others, and what you have chosen to be whenever you are connected."""

    state: State
    since: datetime | None
    chosen: State
    reason: str | None


class ChoiceBody(Body, frozen=True):
    """What to be; the reason is the key of a definition of kind `presence_reason` that goes with the state."""

    state: State
    reason: Reason | None = None


class ChangeShown(Answer, frozen=True):
    """A member's state became another, or what they have chosen did; `by` is who else has set it, if anybody has."""

    member: UUID
    at: datetime
    state: State
    chosen: State
    reason: str | None
    by: UUID | None
    position: int


class TimesShown(Answer, frozen=True):
    """How many seconds of a day a member was in each state, and for each reason.

    What was before a member was first seen, and what is still to come, is in no state: the sum may be less than a day.
    """

    day: date
    member: UUID
    online_s: int
    busy_s: int
    away_s: int
    wrap_up_s: int
    offline_s: int
    reasons_s: dict[str, int]


class PresenceQuery(PageQuery, frozen=True):
    """Which members: in which state."""

    state: State | UnsetType = UNSET


class ChangesQuery(PageQuery, frozen=True):
    """Which changes: whose, into which state, since and until when."""

    member: UUID | UnsetType = UNSET
    state: State | UnsetType = UNSET
    since: datetime | UnsetType = UNSET
    until: datetime | UnsetType = UNSET


class TimesQuery(PageQuery, frozen=True):
    """Which days, both included, by which time zone's clock, and whose. By default these are the last seven."""

    first: date | UnsetType = UNSET
    last: date | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=100)] = "UTC"
    member: UUID | UnsetType = UNSET


class Presences(APIView):
    """`/api/v1/presence`."""

    @describe(Described(answers={200: Listed[PresenceShown]}, query=PresenceQuery, scopes=("members.view",)))
    def get(self, request: Request) -> Response:
        """List members by their ids, and in what state they are. Who was never connected is not listed."""
        if not get_caller(request=request).may("members.view"):
            raise NotAllowed
        query = read_query(request=request, shape=PresenceQuery)
        state = None if isinstance(query.state, UnsetType) else query.state
        page = queries.get_page(state=state, window=open_window(query=query, name="presence"))
        return Response({"results": [_show(row) for row in page.rows], **links(request=request, page=page)})


class Own(APIView):
    """`/api/v1/me/presence`."""

    @describe(Described(answers={200: OwnPresence}))
    def get(self, request: Request) -> Response:
        """Answer your own state."""
        return Response(_show_own(get_member(request=request)))

    @describe(Described(body=ChoiceBody, answers={200: OwnPresence}, example={"state": "busy"}))
    def put(self, request: Request) -> Response:
        """Choose your state. It counts on all your devices, and stays chosen while you are not connected."""
        member = get_member(request=request)
        given = read_body(data=request.data, shape=ChoiceBody)
        commands.choose(member=member.person_id, state=given.state, reason=given.reason)
        return Response(_show_own(member))


class Changes(APIView):
    """`/api/v1/presence/changes`."""

    @describe(Described(answers={200: Listed[ChangeShown]}, query=ChangesQuery, scopes=("presence.report",)))
    def get(self, request: Request) -> Response:
        """List changes of members' states, the newest first. Your own can be listed without `presence.report`."""
        query = read_query(request=request, shape=ChangesQuery)
        _check(get_caller(request=request), query.member)
        filters = _read_filters(query)
        page = queries.get_changes(filters=filters, window=open_window(query=query, name="changes"))
        return Response({"results": [_show_change(row) for row in page.rows], **links(request=request, page=page)})


class Times(APIView):
    """`/api/v1/presence/times`."""

    @describe(Described(answers={200: Listed[TimesShown]}, query=TimesQuery, scopes=("presence.report",)))
    def get(self, request: Request) -> Response:
        """List for each day, and on it each member who was ever seen, how long they were in which state."""
        query = read_query(request=request, shape=TimesQuery)
        _check(get_caller(request=request), query.member)
        now = datetime.now(UTC)
        zone = _read_zone(query)
        first, last = _read_days(query, now.astimezone(zone).date())
        member = None if isinstance(query.member, UnsetType) else query.member
        window = open_window(query=query, name="times")
        page = queries.get_times(first=first, last=last, zone=zone, member=member, now=now, window=window)
        return Response({"results": [_show_day(row) for row in page.rows], **links(request=request, page=page)})


def _check(caller: Member | KeyBearer, whose: UUID | UnsetType) -> None:
    own = isinstance(caller, Member) and whose == caller.person_id
    if not own and not caller.may("presence.report"):
        raise NotAllowed


def _read_filters(query: ChangesQuery) -> ChangeFilters:
    for name in ("since", "until"):
        moment = getattr(query, name)
        if isinstance(moment, datetime) and moment.tzinfo is None:
            raise Invalid(errors=[{"field": name, "code": "invalid", "detail": "A moment with its time zone."}])
    given = msgspec.structs.asdict(query)
    names = ("member", "state", "since", "until")
    return ChangeFilters(**{name: given[name] for name in names if given[name] is not UNSET})


def _read_zone(query: TimesQuery) -> ZoneInfo:
    if query.time_zone not in available_timezones():
        detail = "A time zone of the IANA database, such as Asia/Shanghai."
        raise Invalid(errors=[{"field": "time_zone", "code": "invalid", "detail": detail}])
    return ZoneInfo(query.time_zone)


def _read_days(query: TimesQuery, today: date) -> tuple[date, date]:
    last = today if isinstance(query.last, UnsetType) else query.last
    if last.year in YEARS:
        first = last - timedelta(days=WEEK - 1) if isinstance(query.first, UnsetType) else query.first
        if 0 <= (last - first).days < DAYS:
            return first, last
    detail = f"A day in {YEARS[0]} to {YEARS[-1]}, not before the first one, and at most {DAYS} days together."
    raise Invalid(errors=[{"field": "last", "code": "invalid", "detail": detail}])


def _show(row: Presence) -> Any:
    standing = queries.standing_of(row=row)
    shown = PresenceShown(member=row.member, state=standing.state, reason=standing.shown_reason, since=row.since)
    return msgspec.to_builtins(shown)


def _show_own(member: Member) -> Any:
    row = queries.find_presence(member=member.person_id)
    standing = Standing() if row is None else queries.standing_of(row=row)
    own = OwnPresence(
        state=standing.state,
        since=None if row is None else row.since,
        chosen=standing.chosen,
        reason=standing.reason,
    )
    return msgspec.to_builtins(own)


def _show_change(row: Event) -> Any:
    by = None if row.sender is None or str(row.sender) == row.body["member"] else row.sender
    return msgspec.to_builtins(ChangeShown(at=row.at, position=row.position, by=by, **row.body))


def _show_day(row: DayOf) -> Any:
    seconds = {f"{state}_s": round(row.spent.states[state].total_seconds()) for state in row.spent.states}
    reasons = {key: round(length.total_seconds()) for key, length in row.spent.reasons.items()}
    zeros = dict.fromkeys((f"{state}_s" for state in STATES), 0)
    return msgspec.to_builtins(TimesShown(day=row.day, member=row.member, reasons_s=reasons, **{**zeros, **seconds}))
