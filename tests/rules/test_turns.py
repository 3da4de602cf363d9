"""The writer's queue: order within a tenant, turns between tenants, and nobody who drowns the others."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.engine.company import COMPANY_S, LOUD, TIMES, Company
from conversations.engine.entry import Entry
from conversations.engine.events import Draft
from conversations.engine.turns import IN_COMPANY, LONGEST_REST_S, LOUD_TOGETHER, MAX_EVENTS, MAX_TENANTS, REST, Turns
from conversations.threads.events import ConversationResolved
from tests.rules.scenario import CONVERSATION


def entry(schema: str, name: object = "") -> Entry:
    draft = Draft(subject=CONVERSATION, fact=ConversationResolved(), client_id=str(name))
    return Entry(schema=schema, draft=draft, done=lambda _: None, deadline=0)


def fill(turns: Turns, schema: str, count: int) -> None:
    for n in range(count):
        turns.add(entry(schema, n))


def ids(taken: list[Entry], schema: str) -> list[str | None]:
    return [one.draft.client_id for one in taken if one.schema == schema]


def test_who_is_alone_gets_a_whole_commit() -> None:
    turns = Turns(company=Company())
    fill(turns, "a", 600)
    assert ids(turns.take(now=0), "a") == [str(n) for n in range(MAX_EVENTS)]
    assert ids(turns.take(now=0), "a") == [str(n) for n in range(MAX_EVENTS, 600)]
    assert turns.take(now=0) == []


def test_in_company_nobody_makes_the_others_wait_long() -> None:
    turns = Turns(company=Company())
    fill(turns, "flood", 5_000)
    turns.add(entry("quiet"))
    taken = turns.take(now=0)
    assert Counter(one.schema for one in taken) == {"flood": IN_COMPANY, "quiet": 1}
    assert len(turns.take(now=COMPANY_S / 2)) == IN_COMPANY, "the quiet one may be back at any moment"
    assert len(turns.take(now=2 * COMPANY_S)) == MAX_EVENTS


def test_while_somebody_says_little_those_who_say_much_are_brief() -> None:
    company = Company()
    turns = Turns(company=company)
    fill(turns, "flood", 5_000)
    assert len(turns.take(now=0)) > LOUD
    turns.add(entry("quiet"))
    assert Counter(one.schema for one in turns.take(now=0.1)) == {"flood": LOUD_TOGETHER, "quiet": 1}
    fill(turns, "torrent", 5_000)
    for n in range(LOUD):
        turns.take(now=0.2 + n / 1_000)
    turns.add(entry("quiet"))
    said = {"flood": LOUD_TOGETHER // 2, "torrent": LOUD_TOGETHER // 2, "quiet": 1}
    assert Counter(one.schema for one in turns.take(now=0.6)) == said
    assert len(turns.take(now=4)) == 2 * IN_COMPANY, "the quiet one has long gone"


def test_whoever_is_quiet_on_another_lane_is_company_too() -> None:
    company = Company()
    one, other = Turns(company=company), Turns(company=company)
    fill(one, "flood", 5_000)
    one.take(now=0)
    other.add(entry("quiet"))
    other.take(now=0.05)
    assert len(one.take(now=0.1)) == LOUD_TOGETHER


def test_those_who_say_much_rest_after_a_commit_and_nobody_else_does() -> None:
    turns = Turns(company=Company())
    fill(turns, "flood", 5_000)
    turns.take(now=0)
    turns.took(seconds=0.01, now=0.01)
    assert turns.pause(now=0.01) == 0, "it was alone"
    turns.add(entry("quiet"))
    turns.take(now=0.1)
    assert len(turns.take(now=0.2)) == LOUD_TOGETHER
    turns.took(seconds=0.004, now=0.204)
    assert turns.pause(now=0.204) == pytest.approx(REST * 0.004)
    assert turns.take(now=0.205) == []
    turns.add(entry("quiet"))
    assert turns.pause(now=0.205) == 0
    assert [one.schema for one in turns.take(now=0.206)] == ["quiet"]
    turns.took(seconds=0.5, now=0.207)
    assert turns.pause(now=0.207) == pytest.approx(0.204 + REST * 0.004 - 0.207), "what was quiet adds no rest"
    assert len(turns.take(now=0.3)) == LOUD_TOGETHER
    turns.took(seconds=0.5, now=0.8)
    assert turns.pause(now=0.8) == pytest.approx(LONGEST_REST_S)


def test_of_many_who_say_the_same_nobody_is_loud() -> None:
    turns = Turns(company=Company())
    names = [f"t{n}" for n in range(50)]
    for n, name in enumerate(names):
        fill(turns, name, LOUD - 25 + n)
    now = 0.0
    while turns:
        now += 0.001
        assert turns.take(now=now), "nobody rests"
        turns.took(seconds=0.001, now=now)
    fill(turns, "flood", (LOUD + 25) * TIMES)
    turns.add(entry("t0"))
    while len(turns.take(now=now)) > LOUD_TOGETHER:
        now += 0.02
    assert turns


def test_many_share_a_commit_and_what_some_leave_others_take() -> None:
    turns = Turns(company=Company())
    for name in "abcdefgh":
        fill(turns, name, 100)
    assert Counter(one.schema for one in turns.take(now=0)) == dict.fromkeys("abcdefgh", MAX_EVENTS // 8)
    few = Turns(company=Company())
    for n in range(20):
        fill(few, f"t{n}", 1 if n else 100)
    assert Counter(one.schema for one in few.take(now=0)) == {"t0": IN_COMPANY} | {f"t{n}": 1 for n in range(1, 20)}


def test_more_tenants_than_fit_come_in_their_turn() -> None:
    turns = Turns(company=Company())
    for n in range(100):
        fill(turns, f"t{n}", 20)
    first, second = ({one.schema for one in turns.take(now=0)} for _ in range(2))
    assert len(first) == len(second) == MAX_TENANTS
    assert {f"t{n}" for n in range(100)} == first | second


def test_what_is_put_back_comes_first() -> None:
    turns = Turns(company=Company())
    turns.add(entry("a", 3))
    turns.put_back([entry("a", 1), entry("b", 1), entry("a", 2)])
    assert len(turns) == 4
    assert ids(turns.take(now=0), "a") == ["1", "2", "3"]


def test_everything_can_be_taken_out() -> None:
    turns = Turns(company=Company())
    fill(turns, "a", 3)
    fill(turns, "b", 2)
    assert len(turns.empty()) == 5
    assert not turns


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 700)), max_size=12))
def test_everything_comes_out_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    turns = Turns(company=Company())
    added: Counter[str] = Counter()
    out: dict[str, list[str | None]] = {"a": [], "b": [], "c": []}
    for now, (schema, count) in enumerate(steps):
        for _ in range(count):
            turns.add(entry(schema, added[schema]))
            added[schema] += 1
        taken = turns.take(now=now / 3)
        assert len(taken) <= MAX_EVENTS
        for name, found in out.items():
            found.extend(ids(taken, name))
    late = 99.0
    while turns:
        late += turns.pause(now=late) or 0
        taken = turns.take(now=late)
        assert taken
        turns.took(seconds=0.01, now=late)
        for name, found in out.items():
            found.extend(ids(taken, name))
    assert out == {name: [str(n) for n in range(added[name])] for name in "abc"}
