"""What follows for conversations in queues: the order, offers, coming back, overflow. Given, when, then."""

from datetime import timedelta

import pytest

from conversations.desk.events import (
    ConversationOfferDeclined,
    ConversationOffered,
    ConversationOfferLapsed,
    ConversationQueued,
)
from conversations.desk.queue import Overflow
from conversations.desk.rules.routing import queue_to
from conversations.threads.events import (
    ConversationAssigned,
    ConversationPrioritized,
    ConversationReopened,
    ConversationResolved,
    Priority,
)
from tests.rules.hall import Hall, agent, queue
from tests.rules.scenario import NOON

NOBODY_HAS_IT = ConversationAssigned(to=None, name=None)
OFFERS = queue(hand_out="offer", offer_s=20, again_s=60)


def test_given_somebody_waits_when_an_agent_comes_then_it_is_theirs() -> None:
    ada = agent("Ada", is_online=False)
    hall = Hall(ada)
    waits = hall.come()
    assert hall.route() == []
    hall.be(ada, is_online=True)
    assert hall.route() == [ConversationAssigned(to=ada.id, name="Ada")]
    assert hall.due[waits] == NOON + timedelta(seconds=300), "should Ada say nothing"


def test_who_waits_longest_is_first() -> None:
    ada = agent("Ada", capacity=1)
    hall = Hall(ada)
    later = [hall.come()]
    hall.now -= timedelta(seconds=5)
    first = hall.come()
    hall.now += timedelta(seconds=9)
    later.append(hall.come())
    hall.route()
    assert [hall.holder(each) for each in (first, *later)] == ["Ada", None, None]


def test_a_step_of_priority_counts_as_waiting_time() -> None:
    urgent, plain = queue(priority=2, priority_s=60), queue()
    for waited, first in ((119, "urgent"), (121, "plain")):
        hall = Hall(agent("Ada", capacity=1), urgent=urgent, plain=plain)
        old = hall.come(to="plain")
        hall.now += timedelta(seconds=waited)
        new = hall.come(to="urgent")
        hall.route()
        assert hall.holder(new if first == "urgent" else old) == "Ada", waited


def test_the_priority_of_a_conversation_counts_as_waiting_time() -> None:
    said: list[tuple[Priority, int, str]] = [("high", 29, "new"), ("high", 31, "old"), ("urgent", 119, "new")]
    for priority, minutes, first in [*said, ("low", 0, "old")]:
        hall = Hall(agent("Ada", capacity=1))
        old = hall.come()
        hall.now += timedelta(minutes=minutes)
        new = hall.come()
        hall.happen(new, ConversationPrioritized(priority=priority))
        hall.route()
        assert hall.holder(new if first == "new" else old) == "Ada", (priority, minutes)


def test_a_priority_is_kept_whatever_happens_next() -> None:
    hall = Hall(agent("Ada", is_online=False))
    waits = hall.come()
    hall.happen(waits, ConversationPrioritized(priority="urgent"), ConversationResolved(), ConversationReopened())
    assert hall.works[waits].rank == NOON - timedelta(minutes=120)
    hall.happen(waits, ConversationPrioritized(priority="none"))
    assert hall.works[waits].rank == NOON


def test_an_offer_waits_until_it_lapses_and_goes_to_the_next() -> None:
    ada, ben = agent("Ada"), agent("Ben", is_online=False)
    hall = Hall(ada, ben, help=OFFERS)
    waits = hall.come()
    until = NOON + timedelta(seconds=20)
    assert hall.route() == [ConversationOffered(to=ada.id, name="Ada", queue="help", until=until, attempt=1)]
    assert hall.due[waits] == until
    assert hall.pass_(19) == []
    hall.be(ben, is_online=True)
    lapsed, offered = hall.pass_(1)
    assert lapsed == ConversationOfferLapsed(to=ada.id, reason="timed_out")
    assert isinstance(offered, ConversationOffered)
    assert (offered.to, offered.attempt) == (ben.id, 2)


def test_an_offer_lapses_at_once_when_its_agent_goes() -> None:
    ada = agent("Ada")
    hall = Hall(ada, help=OFFERS)
    hall.come()
    hall.route()
    hall.go(ada)
    assert hall.route() == [ConversationOfferLapsed(to=ada.id, reason="agent_gone")]


def test_who_declined_is_asked_again_after_a_while() -> None:
    ada = agent("Ada")
    hall = Hall(ada, help=OFFERS)
    waits = hall.come()
    hall.route()
    hall.happen(waits, ConversationOfferDeclined(by=ada.id))
    assert hall.route() == []
    assert hall.due[waits] == NOON + timedelta(seconds=60)
    (offered,) = hall.pass_(60)
    assert isinstance(offered, ConversationOffered)
    assert (offered.to, offered.attempt) == (ada.id, 2)


def test_an_offer_takes_room() -> None:
    hall = Hall(agent("Ada", capacity=1), help=OFFERS)
    hall.come()
    hall.come()
    assert len(hall.route()) == 1


def test_what_nobody_answers_comes_back_to_somebody_else() -> None:
    ada, ben = agent("Ada"), agent("Ben", is_online=False)
    hall = Hall(ada, ben, help=queue(unanswered_s=120))
    waits = hall.come()
    hall.route()
    hall.be(ben, is_online=True)
    assert hall.pass_(119) == []
    given_back, queued, assigned = hall.pass_(1)
    assert given_back == NOBODY_HAS_IT
    assert isinstance(queued, ConversationQueued)
    assert (queued.reason, queued.since, queued.not_to) == ("unanswered", NOON, ada.id)
    assert (assigned, hall.holder(waits)) == (ConversationAssigned(to=ben.id, name="Ben"), "Ben")


def test_what_was_answered_stays_with_its_agent() -> None:
    ada = agent("Ada")
    hall = Hall(ada, help=queue(unanswered_s=120, gone_s=30))
    waits = hall.come()
    hall.route()
    del hall.asks[waits]
    hall.go(ada)
    assert (hall.pass_(9999), hall.due[waits]) == ([], None)
    hall.asks[waits] = hall.now
    assert hall.pass_(29) == []
    assert hall.due[waits] == hall.now + timedelta(seconds=1)
    assert [type(fact) for fact in hall.pass_(1)] == [ConversationAssigned, ConversationQueued]


@pytest.mark.parametrize("late", [True, False])
def test_overflow_after_a_while_or_when_sold_out(*, late: bool) -> None:
    overflow = Overflow(queue="rest", after_s=45) if late else Overflow(queue="rest", sold_out=True)
    few = agent("Few", is_online=late, load=5, teams=frozenset({"few"}))
    hall = Hall(few, agent("Ada"), help=queue(teams=("few",), overflow=overflow), rest=queue())
    waits = hall.come()
    assert hall.works[waits].queue == ("help" if late else "rest")
    hall.route()
    hall.pass_(45)
    work = hall.works[waits]
    assert (work.queue, work.queued_at, hall.holder(waits)) == ("rest", NOON, "Ada")


def test_sold_out_is_also_when_too_many_wait() -> None:
    body = queue(most_waiting=2, overflow=Overflow(queue="rest", sold_out=True))
    hall = Hall(agent("Ada", load=5), help=body, rest=queue())
    assert [hall.works[hall.come()].queue for _ in range(3)] == ["help", "help", "rest"]


def test_overflow_goes_on_but_never_in_a_circle() -> None:
    one, two = (queue(overflow=Overflow(queue=key, after_s=10)) for key in ("two", "one"))
    hall = Hall(one=one, two=two)
    waits = hall.come(to="one")
    hall.pass_(10)
    assert hall.works[waits].path == ("one", "two")
    assert hall.pass_(100) == []
    assert hall.due[waits] == hall.now + timedelta(seconds=300)


def test_outside_hours_it_waits_or_goes_where_somebody_is() -> None:
    opens = NOON + timedelta(seconds=50)
    night = Overflow(queue="night", outside_hours=True)
    hall = Hall(agent("Ada"), help=queue(), day=queue(overflow=night), night=queue())
    hall.closed = {"help": opens, "day": opens}
    stays, goes = hall.come(), hall.come(to="day")
    hall.route()
    assert [hall.holder(each) for each in (stays, goes)] == [None, "Ada"]
    assert hall.due[stays] == opens
    hall.closed = {}
    hall.pass_(50)
    assert hall.holder(stays) == "Ada"


def test_what_is_handed_on_to_a_team_stays_for_it() -> None:
    ada, ben = agent("Ada"), agent("Ben", is_online=False, teams=frozenset({"sales"}))
    hall = Hall(ada, ben, help=queue(overflow=Overflow(queue="rest", after_s=5)), rest=queue())
    waits = hall.come()
    hall.route()
    place = hall.scene().places["help"]
    facts = queue_to(
        work=hall.works[waits], place=place, team="sales", by=ada.id, words="A quote", assignee=ada.id, now=hall.now
    )
    hall.happen(waits, *facts)
    assert hall.pass_(60) == []
    hall.be(ben, is_online=True)
    hall.route()
    assert hall.holder(waits) == "Ben"


def test_what_is_resolved_waits_no_more_and_is_its_agents_when_reopened() -> None:
    ada = agent("Ada", is_online=False)
    hall = Hall(ada, help=queue())
    waits = hall.come()
    hall.happen(waits, ConversationResolved())
    hall.be(ada, is_online=True)
    assert (hall.route(), hall.due[waits]) == ([], None)
    second = hall.come()
    hall.route()
    hall.happen(second, ConversationResolved(), ConversationReopened())
    assert hall.holder(second) == "Ada"
