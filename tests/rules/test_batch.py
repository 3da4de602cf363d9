"""From drafts to parameters and from rows to outcomes."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.engine.batch import Batch
from conversations.engine.events import Draft
from conversations.engine.streams import streams_of
from conversations.threads.events import ConversationResolved, MessagePosted, NotePosted
from tests.rules.scenario import CONVERSATION, CUSTOMER, NOON

OTHER = UUID("01900000-0000-7000-8000-000000000000")


def said(text: str, client_id: str | None = None, *, subject: UUID = CONVERSATION) -> Draft:
    fact = MessagePosted(author="contact", name="#1", text=text)
    return Draft(subject=subject, fact=fact, sender=CUSTOMER.id, client_id=client_id)


def noted(text: str, client_id: str | None = None) -> Draft:
    return Draft(subject=CONVERSATION, fact=NotePosted(name="A", text=text), sender=CUSTOMER.id, client_id=client_id)


def test_locks_are_sorted_and_once_each() -> None:
    batch = Batch(drafts=[noted("a"), said("b"), said("c", subject=OTHER), said("d")], at=NOON)
    public, staff = streams_of(subject=CONVERSATION)
    assert batch.locks == [OTHER, public, staff]
    assert batch.subjects == [OTHER, CONVERSATION]
    assert batch.streams == [staff, public, OTHER, public]


def test_the_same_draft_twice_is_written_once() -> None:
    batch = Batch(drafts=[said("a", "1"), said("b", "2"), said("a", "1"), said("x", "2"), noted("n", "1")], at=NOON)
    assert [draft.client_id for draft in batch.unique] == ["1", "2", "1"]
    outcomes = batch.outcomes([(3, "new", 1, 12, NOON), (1, "new", 5, 10, NOON), (2, "new", 6, 11, NOON)])
    assert [outcome.verdict for outcome in outcomes] == ["new", "new", "repeat", "reused", "new"]
    assert [outcome.recorded and outcome.recorded.position for outcome in outcomes] == [10, 11, 10, None, 12]


def test_one_draft_given_twice_is_a_repeat() -> None:
    batch = Batch(drafts=[said("a", "1")] * 2, at=NOON)
    assert [outcome.verdict for outcome in batch.outcomes([(1, "new", 1, 1, NOON)])] == ["new", "repeat"]


def test_a_repeat_of_a_repeat_is_a_repeat() -> None:
    batch = Batch(drafts=[said("a", "1"), said("a", "1")], at=NOON)
    first, second = batch.outcomes([(1, "repeat", 3, 4, NOON)])
    assert first == second
    assert first.recorded
    assert (first.verdict, first.recorded.seq) == ("repeat", 3)


@pytest.mark.parametrize("verdict", ["reused", "blocked", "stale", "missing"])
def test_what_is_refused_is_refused_for_both(verdict: str) -> None:
    batch = Batch(drafts=[said("a", "1"), said("a", "1")], at=NOON)
    outcomes = batch.outcomes([(1, verdict, 0, 0, NOON)])  # type: ignore[list-item] # a verdict as text
    assert [(o.verdict, o.recorded) for o in outcomes] == [(verdict, None), (verdict, None)]


def test_without_a_sender_a_client_id_is_nobodys() -> None:
    fact = ConversationResolved()
    batch = Batch(drafts=[Draft(subject=CONVERSATION, fact=fact, client_id="1") for _ in range(2)], at=NOON)
    assert len(batch.unique) == 2


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from([None, "1", "2"])), max_size=8))
def test_every_draft_has_one_outcome_in_its_place(drafts: list[tuple[str, str | None]]) -> None:
    batch = Batch(drafts=[said(*draft) for draft in drafts], at=NOON)
    outcomes = batch.outcomes([(n, "new", n, n, NOON) for n in range(len(batch.unique), 0, -1)])
    assert len(outcomes) == len(drafts)
    written = [o.recorded for o in outcomes if o.verdict == "new" and o.recorded]
    assert [event.seq for event in written] == list(range(1, len(batch.unique) + 1))
    for (text, client_id), outcome in zip(drafts, outcomes, strict=True):
        if outcome.recorded:
            assert (outcome.recorded.body["text"], outcome.recorded.client_id) == (text, client_id)
