"""Who may have how much under way."""

from hypothesis import given
from hypothesis import strategies as st

from integrations.webhooks.rules.attempts import PATIENCE
from integrations.webhooks.rules.sharing import (
    OF_ALL_FAILING,
    OF_ENDPOINT,
    OF_FAILING,
    OF_RESTED,
    OF_SLOW,
    RUN,
    SLOW_MS,
    deal,
    room_of,
    run_of,
    share,
)

ROOMS = st.dictionaries(st.integers(), st.integers(min_value=0, max_value=8), max_size=20)


def test_whoever_is_well_has_the_most() -> None:
    assert room_of(failures=0, ms=20, under_way=0, failing_under_way=99) == OF_ENDPOINT
    assert room_of(failures=0, ms=20, under_way=OF_ENDPOINT + 1, failing_under_way=0) == 0
    assert room_of(failures=0, ms=SLOW_MS, under_way=1, failing_under_way=0) == OF_SLOW - 1
    assert room_of(failures=1, ms=20, under_way=0, failing_under_way=0) == OF_FAILING
    assert room_of(failures=PATIENCE, ms=20, under_way=0, failing_under_way=0) == OF_RESTED
    assert room_of(failures=1, ms=20, under_way=0, failing_under_way=OF_ALL_FAILING) == 0


@given(ROOMS, st.integers(min_value=-1, max_value=100))
def test_a_budget_is_shared_out_evenly_and_wholly(rooms: dict[int, int], budget: int) -> None:
    shares = share(rooms=list(rooms.items()), budget=budget)
    assert sum(shares.values()) == min(max(budget, 0), sum(rooms.values()))
    assert all(0 < got <= rooms[key] for key, got in shares.items())
    most = max(shares.values(), default=0)
    assert all(shares.get(key, 0) >= min(room, most - 1) for key, room in rooms.items())


def test_only_who_is_well_and_fast_is_told_much_in_a_row() -> None:
    assert run_of(failures=0, ms=0) == run_of(failures=0, ms=20) == RUN
    assert run_of(failures=0, ms=150) == 2
    assert run_of(failures=0, ms=9_000) == 1
    assert run_of(failures=1, ms=0) == 1


@given(st.lists(st.integers(), unique=True), st.integers(min_value=1, max_value=8))
def test_jobs_are_dealt_out_evenly_each_once_and_in_order(jobs: list[int], hands: int) -> None:
    runs = deal(jobs=jobs, hands=hands)
    assert sorted(job for run in runs for job in run) == sorted(jobs)
    assert all(runs)
    assert len(runs) == min(hands, len(jobs))
    assert all(run == sorted(run, key=jobs.index) for run in runs)
    assert max(map(len, runs), default=0) - min(map(len, runs), default=0) <= 1
