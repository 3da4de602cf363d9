"""Who may have a conversation, and who of them gets it."""

from datetime import timedelta

import pytest

from conversations.desk.queue import Relaxation
from tests.rules.hall import Hall, agent, queue
from tests.rules.scenario import NOON

EARLIER, LATER = NOON - timedelta(minutes=9), NOON - timedelta(minutes=3)


@pytest.mark.parametrize(
    ("strategy", "gets_it"), [("least_loaded", "Ada"), ("longest_idle", "Ben"), ("round_robin", "Cem")]
)
def test_strategies(strategy: str, gets_it: str) -> None:
    ada = agent("Ada", load=1, idle_since=LATER, handed_at=LATER)
    ben = agent("Ben", load=2, idle_since=EARLIER, handed_at=LATER)
    cem = agent("Cem", load=3, idle_since=LATER, handed_at=EARLIER)
    hall = Hall(ada, ben, cem, help=queue(strategy=strategy))
    waits = hall.come()
    hall.route()
    assert hall.holder(waits) == gets_it


def test_load_is_a_share_of_what_fits() -> None:
    hall = Hall(agent("Ada", load=2, capacity=4), agent("Ben", load=3, capacity=9))
    waits = hall.come()
    hall.route()
    assert hall.holder(waits) == "Ben"


def test_turns_go_around() -> None:
    hall = Hall(agent("Ada"), agent("Ben"), agent("Cem"), help=queue(strategy="round_robin"))
    got = []
    for _ in range(6):
        waits = hall.come()
        hall.pass_(1)
        got.append(hall.holder(waits))
    assert got == ["Ada", "Ben", "Cem"] * 2


def test_whoever_had_the_contact_comes_first_while_there_is_room() -> None:
    ada, ben = agent("Ada", load=4, capacity=5), agent("Ben")
    hall = Hall(ada, ben, help=queue(), other=queue(sticky=False))
    first, second, third = hall.come(preferred=ada), hall.come(preferred=ada), hall.come(to="other", preferred=ada)
    hall.route()
    assert [hall.holder(each) for each in (first, second, third)] == ["Ada", "Ben", "Ben"]


def test_a_queue_is_served_by_its_teams_and_members() -> None:
    ada, ben, cem = agent("Ada", teams=frozenset({"sales"})), agent("Ben"), agent("Cem", capacity=9)
    hall = Hall(ada, ben, cem, sales=queue(teams=("sales",)), some=queue(members=(ben.id,)), all=queue())
    sales, some, all_ = (hall.come(to=key) for key in ("sales", "some", "all"))
    hall.route()
    assert [hall.holder(each) for each in (sales, some, all_)] == ["Ada", "Ben", "Cem"]


def test_skills_are_needed_at_their_level_until_relaxed() -> None:
    steps = (Relaxation(after_s=30, levels=1), Relaxation(after_s=60, levels=3))
    ada, ben = agent("Ada", skills={"bills": 2}), agent("Ben")
    hall = Hall(ada, ben, help=queue(skills={"bills": 3}, relaxations=steps))
    first = hall.come()
    assert hall.pass_(29) == []
    assert hall.due[first] == NOON + timedelta(seconds=30)
    hall.pass_(1)
    assert hall.holder(first) == "Ada"
    hall.be(ada, is_online=False)
    second = hall.come()
    hall.pass_(59)
    assert hall.holder(second) is None
    hall.pass_(1)
    assert hall.holder(second) == "Ben", "a level below 1 is no requirement"


def test_languages_match_by_what_they_are_until_any_will_do() -> None:
    steps = (Relaxation(after_s=30, any_language=True),)
    ada, ben = agent("Ada", languages=("en",)), agent("Ben", languages=("zh-Hans", "fr"))
    hall = Hall(ada, ben, help=queue(match_language=True, relaxations=steps))
    chinese, english, unknown, german = (hall.come(language=each) for each in ("zh", "en-GB", None, "de"))
    hall.route()
    assert [hall.holder(each) for each in (chinese, english, german)] == ["Ben", "Ada", None]
    assert hall.holder(unknown) is not None
    hall.pass_(30)
    assert hall.holder(german) is not None


def test_a_conversation_takes_what_its_channel_weighs() -> None:
    hall = Hall(agent("Ada", capacity=5, weights={"webchat": 2}))
    waiting = [hall.come() for _ in range(3)]
    hall.route()
    assert [hall.holder(each) for each in waiting] == ["Ada", "Ada", None]


def test_who_is_away_or_full_gets_nothing() -> None:
    hall = Hall(agent("Ada", is_online=False), agent("Ben", load=5), agent("Cem", capacity=0))
    waits = hall.come()
    assert hall.route() == []
    assert hall.due[waits] is not None
