"""Reading presence: who is in which state now, what happened, and how long each was in which state on which day."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from conversations.engine.events import Audience
from conversations.engine.models import Event
from conversations.engine.streams import stream_of
from conversations.presence.events import PresenceChanged, State
from conversations.presence.models import Presence
from conversations.presence.rules import Moment, Spent, Standing, add_up, get_bounds, get_days, standing_after
from conversations.presence.streams import subject_of_member
from tenants.paging import Page, Window, cut, turn

# For live delivery, which asks outside the ORM: how far the log is, and who is not offline, as of one moment.
SNAPSHOT: Final = """
SELECT public.head_position(NULL), member, state, CASE WHEN state = chosen THEN reason END, since
FROM (SELECT 1) one LEFT JOIN {s}presence ON state <> 'offline' AND NOT is_gone ORDER BY member
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFilters:
    """Which changes: whose, into which state, from and until when."""

    member: UUID | None = None
    state: State | None = None
    since: datetime | None = None
    until: datetime | None = None


class DayOf(NamedTuple):
    """One member's day."""

    day: date
    member: UUID
    spent: Spent


def get_available(*, members: Collection[UUID]) -> list[UUID]:
    """Answer which of these members are online, longest online first: one look into an index, for routing."""
    rows = Presence.objects.filter(member__in=members, state="online", is_gone=False)
    return list(rows.order_by("since", "member").values_list("member", flat=True))


class Seen(NamedTuple):
    """What a member is, and since when."""

    state: State
    since: datetime


def get_wrapping_up() -> dict[UUID, datetime]:
    """Answer who wraps up, and since when."""
    rows = Presence.objects.filter(state="wrap_up", is_gone=False)
    return dict(rows.values_list("member", "since"))


def get_seen() -> dict[UUID, Seen]:
    """Answer everybody who was ever seen here and has not left."""
    rows = Presence.objects.filter(is_gone=False).values_list("member", "state", "since")
    return {member: Seen(as_state(text=state), since) for member, state, since in rows}


def get_standings(*, members: Collection[UUID]) -> dict[UUID, Standing]:
    """Answer what these members are and have chosen; one that was never seen, or has left, is left out."""
    rows = Presence.objects.filter(member__in=members, is_gone=False)
    return {row.member: standing_of(row=row) for row in rows}


def find_presence(*, member: UUID) -> Presence | None:
    """Answer a member's row, None for one that was never seen or has left."""
    return Presence.objects.filter(member=member, is_gone=False).first()


def standing_of(*, row: Presence) -> Standing:
    """Answer what a row says, in the rules' words."""
    return Standing(as_state(text=row.state), as_state(text=row.chosen), row.reason)


def as_state(*, text: str) -> State:
    """Answer a stored word as what it is: the table takes no other."""
    return text  # type: ignore[return-value] # its constraint says so


def get_page(*, state: State | None, window: Window) -> Page[Presence]:
    """Answer a page of members that were seen here, by their ids."""
    rows = Presence.objects.filter(is_gone=False, **({} if state is None else {"state": state}))
    found = cut(rows=rows, fields=("member",), descending=False, window=window)
    return turn(rows=list(found), window=window, key=lambda row: (row.member,))


def get_changes(*, filters: ChangeFilters, window: Window) -> Page[Event]:
    """Answer a page of changes, the newest first."""
    found = Q(kind=PresenceChanged.kind, stream__in=_get_streams(filters.member))
    wanted = {"body__state": filters.state, "at__gte": filters.since, "at__lt": filters.until}
    for name, value in wanted.items():
        if value is not None:
            found &= Q(**{name: value})
    rows = cut(rows=Event.objects.filter(found), fields=("position",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.position,))


def get_times(
    *, first: date, last: date, zone: ZoneInfo, member: UUID | None, now: datetime, window: Window
) -> Page[DayOf]:
    """Answer a page of members' days, by day and member; days that have not come have no times."""
    rows = Presence.objects.all() if member is None else Presence.objects.filter(member=member)
    members = sorted(rows.values_list("member", flat=True))
    places = [(day, each) for day in get_days(first=first, last=last) for each in members]
    cut_ = _cut_places(places, window)
    page = turn(rows=cut_, window=window, key=lambda place: (place[0].isoformat(), place[1]))
    return Page(_add_up(page.rows, zone, now), page.next, page.previous)


def _cut_places(places: list[tuple[date, UUID]], window: Window) -> list[tuple[date, UUID]]:
    if window.back:
        places.reverse()
    if window.place:
        place = (date.fromisoformat(window.place[0]), UUID(window.place[1]))
        places = [each for each in places if (each < place if window.back else each > place)]
    return places[: window.limit + 1]


def _add_up(places: Sequence[tuple[date, UUID]], zone: ZoneInfo, now: datetime) -> list[DayOf]:
    if not places:
        return []
    days = [day for day, _ in places]
    begins, ends = get_bounds(day=min(days), zone=zone)[0], min(get_bounds(day=max(days), zone=zone)[1], now)
    moments = _read_moments(sorted({member for _, member in places}), begins, ends)
    rows = []
    for day, member in places:
        begin, end = get_bounds(day=day, zone=zone)
        rows.append(DayOf(day, member, add_up(moments=moments[member], begins=begin, ends=min(end, now))))
    return rows


def _read_moments(members: Sequence[UUID], begins: datetime, ends: datetime) -> dict[UUID, list[Moment]]:
    """Answer each member's changes between two moments, in order, and before them the last one of before."""
    of = {_stream(member): member for member in members}
    events = Event.objects.filter(stream__in=list(of), kind=PresenceChanged.kind)
    before = events.filter(at__lt=begins).order_by("stream", "-seq").distinct("stream")
    during = events.filter(at__gte=begins, at__lt=ends).order_by("stream", "seq")
    moments: dict[UUID, list[Moment]] = defaultdict(list)
    for event in (*before, *during):
        standing = standing_after(fact=PresenceChanged(**event.body))
        moments[of[event.stream]].append(Moment(event.at, standing.state, standing.shown_reason))
    return moments


def _get_streams(member: UUID | None) -> list[UUID]:
    members = [member] if member is not None else Presence.objects.values_list("member", flat=True)
    return [_stream(each) for each in members]


def _stream(member: UUID) -> UUID:
    return stream_of(subject=subject_of_member(member=member), audience=Audience.STAFF)
