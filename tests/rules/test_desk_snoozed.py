"""What is snoozed takes nobody's room, and does not come back for want of an answer."""

from conversations.threads.events import ConversationAssigned, ConversationSnoozed, ConversationWoken
from tests.rules.hall import Hall, agent, queue

SNOOZED = ConversationSnoozed(until=None, after=1)
WOKEN = ConversationWoken(reason="reply")


def test_it_leaves_room_for_another() -> None:
    hall = Hall(agent("Ada", capacity=1))
    first, second = hall.come(), hall.come()
    hall.route()
    assert (hall.holder(first), hall.holder(second)) == ("Ada", None)
    hall.happen(first, SNOOZED)
    hall.route()
    assert (hall.holder(first), hall.holder(second)) == ("Ada", "Ada")


def test_nobody_waits_for_an_answer_until_it_is_woken() -> None:
    ada = agent("Ada")
    hall = Hall(ada, agent("Ben"), help=queue(unanswered_s=60))
    it = hall.come(preferred=ada)
    hall.route()
    hall.happen(it, SNOOZED)
    assert hall.pass_(600) == []
    assert hall.due[it] is None
    hall.happen(it, WOKEN)
    assert hall.pass_(59) == []
    hall.pass_(1)
    assert hall.holder(it) == "Ben"


def test_whoever_gets_it_has_it_awake() -> None:
    hall = Hall(agent("Ada"), agent("Ben"))
    it = hall.come()
    hall.route()
    hall.happen(it, SNOOZED, ConversationAssigned(to=agent("Ben").id, name="Ben"))
    assert not hall.works[it].snoozed
