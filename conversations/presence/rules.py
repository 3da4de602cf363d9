"""What follows from a choice and from connections, and how long somebody was in which state. Pure."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from conversations.presence.events import PresenceChanged, State
from tenants.refusals import Invalid

STATES: Final[tuple[State, ...]] = ("online", "busy", "away", "wrap_up", "offline")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member has chosen, why, and what they are. Whoever was never seen has chosen to be online."""

    state: State = "offline"
    chosen: State = "online"
    reason: str | None = None

    @property
    def shown_reason(self) -> str | None:
        """Answer why they are what they are: what they have chosen is not what they are without a connection."""
        return self.reason if self.state == self.chosen else None


def standing_after(*, fact: PresenceChanged) -> Standing:
    """Answer what a member is once this has happened."""
    return Standing(fact.state, fact.chosen, fact.reason)


def settle(*, member: UUID, standing: Standing, connected: bool) -> PresenceChanged | None:
    """Answer what happens now that a member is connected somewhere, or nowhere; None if that is nothing new."""
    state: State = standing.chosen if connected else "offline"
    return _change(member, standing, Standing(state, standing.chosen, standing.reason))


def choose(
    *,
    member: UUID,
    standing: Standing,
    state: State,
    reason: str | None,
    fits: Collection[State] | None,
    connected: bool,
) -> PresenceChanged | None:
    """Answer what happens when a member chooses a state; None if they have it already.

    `fits` are the states that the reason goes with, None if there is no such reason: then Invalid is raised.
    """
    if reason is not None and state not in (fits or ()):
        detail = "There is no such reason." if fits is None else "This reason does not go with this state."
        raise Invalid(errors=[{"field": "reason", "code": "invalid", "detail": detail}])
    return _change(member, standing, Standing(state if connected else "offline", state, reason))


def _change(member: UUID, was: Standing, now: Standing) -> PresenceChanged | None:
    if now == was:
        return None
    return PresenceChanged(member=member, state=now.state, chosen=now.chosen, reason=now.reason)


class Moment(NamedTuple):
    """Since when a member was in a state, and why."""

    at: datetime
    state: State
    reason: str | None


@dataclass(slots=True)
class Spent:
    """How long somebody was in each state, and for which reasons."""

    states: dict[State, timedelta] = field(default_factory=dict)
    reasons: dict[str, timedelta] = field(default_factory=dict)


def get_days(*, first: date, last: date) -> Iterator[date]:
    """Answer every day from the first to the last, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def get_bounds(*, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Answer when a day begins and ends by the clock on the wall, in UTC; it need not have 24 hours."""
    begins, ends = (datetime.combine(each, time.min, tzinfo=zone) for each in (day, day + timedelta(days=1)))
    return begins.astimezone(UTC), ends.astimezone(UTC)  # two moments of one zone are subtracted as if it had no steps


def add_up(*, moments: Sequence[Moment], begins: datetime, ends: datetime) -> Spent:
    """Answer the times between two moments; what was before the first of `moments` (in order) is not known."""
    spent = Spent()
    for number, moment in enumerate(moments):
        until = moments[number + 1].at if number + 1 < len(moments) else ends
        length = min(until, ends) - max(moment.at, begins)
        if length > timedelta():
            spent.states[moment.state] = spent.states.get(moment.state, timedelta()) + length
            if moment.reason is not None:
                spent.reasons[moment.reason] = spent.reasons.get(moment.reason, timedelta()) + length
    return spent
