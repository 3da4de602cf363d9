"""Presence without a database: what a choice and connections make of each other, and how days add up."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.engine.events import Audience
from conversations.engine.streams import stream_of
from conversations.presence import rules
from conversations.presence.events import PresenceChanged, State
from conversations.presence.rules import STATES, Moment, Standing
from conversations.presence.streams import subject_of_member
from tenants.presence.commands import STEADY_S, Steadiness
from tenants.refusals import Invalid

ADA = UUID(int=7)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def changed(state: State, chosen: State, reason: str | None = None) -> PresenceChanged:
    return PresenceChanged(member=ADA, state=state, chosen=chosen, reason=reason)


def test_whoever_connects_for_the_first_time_is_online() -> None:
    assert rules.settle(member=ADA, standing=Standing(), connected=True) == changed("online", "online")
    assert rules.settle(member=ADA, standing=Standing(), connected=False) is None


def test_what_was_chosen_outlives_connections() -> None:
    away = Standing("away", "away", "lunch")
    gone = rules.settle(member=ADA, standing=away, connected=False)
    assert gone == changed("offline", "away", "lunch")
    assert rules.standing_after(fact=gone).shown_reason is None, "nobody is offline for lunch"
    back = rules.settle(member=ADA, standing=rules.standing_after(fact=gone), connected=True)
    assert back == changed("away", "away", "lunch")


def test_the_same_again_is_nothing_new() -> None:
    busy = Standing("busy", "busy")
    assert rules.settle(member=ADA, standing=busy, connected=True) is None
    again = rules.choose(member=ADA, standing=busy, state="busy", reason=None, fits=None, connected=True)
    assert again is None


def test_a_choice_counts_for_others_only_while_connected() -> None:
    fact = rules.choose(
        member=ADA, standing=Standing(), state="away", reason="lunch", fits=("away", "busy"), connected=False
    )
    assert fact == changed("offline", "away", "lunch")


@pytest.mark.parametrize("fits", [None, (), ("busy",)])
def test_a_reason_must_be_there_and_go_with_the_state(fits: tuple[State, ...] | None) -> None:
    with pytest.raises(Invalid) as refused:
        rules.choose(member=ADA, standing=Standing(), state="away", reason="lunch", fits=fits, connected=True)
    assert refused.value.errors[0]["field"] == "reason"


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(STATES), st.booleans()), max_size=30))
def test_nobody_is_anything_but_offline_or_what_they_chose(steps: list[tuple[bool, State, bool]]) -> None:
    standing, connected = Standing(), False
    for chooses, state, is_connected in steps:
        connected = is_connected
        fact = (
            rules.choose(member=ADA, standing=standing, state=state, reason=None, fits=None, connected=connected)
            if chooses
            else rules.settle(member=ADA, standing=standing, connected=connected)
        )
        if fact is not None:
            assert rules.standing_after(fact=fact) != standing
            standing = rules.standing_after(fact=fact)
        assert standing.state == (standing.chosen if connected else "offline")


def test_times_are_cut_at_both_ends() -> None:
    moments = [
        Moment(NOON - HOUR, "online", None),
        Moment(NOON + HOUR, "away", "lunch"),
        Moment(NOON + 2 * HOUR, "offline", None),
    ]
    spent = rules.add_up(moments=moments, begins=NOON, ends=NOON + 5 * HOUR)
    assert spent.states == {"online": HOUR, "away": HOUR, "offline": 3 * HOUR}
    assert spent.reasons == {"lunch": HOUR}
    assert rules.add_up(moments=moments, begins=NOON + 9 * HOUR, ends=NOON + 8 * HOUR).states == {}
    assert rules.add_up(moments=[], begins=NOON, ends=NOON + HOUR).states == {}


@given(
    st.lists(st.tuples(st.integers(0, 500_000), st.sampled_from(STATES)), max_size=30),
    st.sampled_from(["UTC", "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo"]),
)
def test_days_together_are_as_long_as_their_parts(given_: list[tuple[int, State]], name: str) -> None:
    zone, start = ZoneInfo(name), datetime(2026, 3, 27, tzinfo=UTC)
    moments = [Moment(start + timedelta(seconds=at), state, None) for at, state in sorted(given_)]
    days = list(rules.get_days(first=date(2026, 3, 26), last=date(2026, 4, 5)))
    bounds = [rules.get_bounds(day=day, zone=zone) for day in days]
    assert all(one[1] == other[0] for one, other in pairwise(bounds))
    whole = rules.add_up(moments=moments, begins=bounds[0][0], ends=bounds[-1][1])
    parts = [rules.add_up(moments=moments, begins=begin, ends=end) for begin, end in bounds]
    total = sum((sum(part.states.values(), timedelta()) for part in parts), timedelta())
    assert total == sum(whole.states.values(), timedelta())
    if moments:
        assert total == bounds[-1][1] - moments[0].at


def test_the_day_on_which_clocks_are_set_has_its_own_length() -> None:
    begin, end = rules.get_bounds(day=date(2026, 3, 29), zone=ZoneInfo("Europe/Berlin"))
    assert end - begin == 23 * HOUR


def test_a_members_stream_is_theirs_whether_their_id_is_odd_or_even() -> None:
    even, odd = (subject_of_member(member=UUID(int=number)) for number in (6, 7))
    streams = {stream_of(subject=one, audience=audience) for one in (even, odd) for audience in Audience}
    assert len(streams) == 4


class Clocks:
    """Ours and the database's."""

    def __init__(self) -> None:
        self.ours, self.theirs = 100.0, NOON
        self.steadiness = Steadiness(clock=lambda: self.ours)

    def look(self, *, after_s: float, theirs_s: float | None = None) -> bool:
        self.ours += after_s
        self.theirs += timedelta(seconds=after_s if theirs_s is None else theirs_s)
        return self.steadiness.see(at=self.theirs)


def test_others_are_judged_only_after_a_steady_while() -> None:
    clocks = Clocks()
    assert [clocks.look(after_s=2) for _ in range(6)] == [False, False, False, False, True, True]


@pytest.mark.parametrize("step_s", [-3600.0, 3600.0])
def test_a_step_of_the_databases_clock_begins_anew(step_s: float) -> None:
    clocks = Clocks()
    while not clocks.look(after_s=2):
        pass
    assert not clocks.look(after_s=2, theirs_s=step_s)
    assert [clocks.look(after_s=2) for _ in range(4)] == [False, False, False, True]


def test_whoever_slept_begins_anew() -> None:
    clocks = Clocks()
    while not clocks.look(after_s=2):
        pass
    assert not clocks.look(after_s=STEADY_S)
    assert not clocks.look(after_s=2)


def test_whoever_lost_the_database_begins_anew() -> None:
    clocks = Clocks()
    while not clocks.look(after_s=2):
        pass
    clocks.steadiness.stumble()
    assert not clocks.look(after_s=2)
