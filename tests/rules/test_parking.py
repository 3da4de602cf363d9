"""Parking: order is kept, pauses double and end, nothing gets lost."""

from conversations.engine.entry import Entry
from conversations.engine.events import Draft
from conversations.engine.parking import Parking
from conversations.threads.events import ConversationResolved
from tests.rules.scenario import CONVERSATION


def entries(schema: str, *names: str) -> list[Entry]:
    drafts = [Draft(subject=CONVERSATION, fact=ConversationResolved(), client_id=name) for name in names]
    return [Entry(schema=schema, draft=draft, done=lambda _: None, deadline=0) for draft in drafts]


def ids(found: list[Entry]) -> list[str | None]:
    return [entry.draft.client_id for entry in found]


def test_what_comes_later_waits_behind() -> None:
    parking = Parking()
    parking.park("a", entries("a", "1", "2"), now=0)
    assert parking.holds("a")
    assert not parking.holds("b")
    parking.add(entries("a", "3")[0])
    assert len(parking) == 3
    assert parking.due(now=0.01) == []
    assert ids(parking.due(now=10)) == ["1", "2", "3"]
    assert not parking
    assert not parking.holds("a")


def test_what_was_parked_again_comes_first() -> None:
    parking = Parking()
    parking.park("a", entries("a", "3"), now=0)
    parking.park("a", entries("a", "1", "2"), now=0)
    assert ids(parking.due(now=10)) == ["1", "2", "3"]


def test_each_tenant_has_its_own_pause() -> None:
    parking = Parking()
    assert parking.pause(now=0) is None
    parking.park("a", entries("a", "1"), now=0)
    first = parking.pause(now=0)
    assert first
    parking.due(now=first)
    parking.park("a", entries("a", "1"), now=0)
    parking.park("b", entries("b", "1"), now=0)
    assert parking.pause(now=0) == first
    assert ids(parking.due(now=first)) == ["1"]
    assert parking.holds("a")
    assert parking.pause(now=0) == 2 * first
    assert parking.pause(now=9) == 0


def test_pauses_are_bounded_and_forgotten_when_written() -> None:
    parking = Parking()
    pauses = []
    for _ in range(20):
        parking.park("a", entries("a", "1"), now=0)
        pauses.append(parking.pause(now=0) or 0)
        parking.due(now=100)
    assert pauses == sorted(pauses)
    assert pauses[-1] == 1
    parking.settled("a")
    parking.park("a", entries("a", "1"), now=0)
    assert parking.pause(now=0) == pauses[0]


def test_empty_takes_out_everything() -> None:
    parking = Parking()
    parking.park("a", entries("a", "1"), now=0)
    parking.park("b", entries("b", "2"), now=0)
    assert ids(parking.empty()) == ["1", "2"]
    assert len(parking) == 0
    assert parking.pause(now=0) is None
