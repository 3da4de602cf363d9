"""Whatever happens in whatever order: no agent has more than fits, no conversation has two, and none is forgotten."""

from collections.abc import Callable
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from conversations.desk.events import ConversationOfferDeclined
from conversations.desk.queue import Overflow, Relaxation
from conversations.desk.rules.serving import may_have
from conversations.threads.events import ConversationAssigned, ConversationReopened, ConversationResolved
from tests.rules.hall import HELD, Hall, agent, queue

NAMES: Final = ("Ada", "Ben", "Cem")
Act = tuple[str, int]
ACTS: Final = st.lists(
    st.tuples(
        st.sampled_from(["come", "come", "online", "away", "gone", "accept", "decline", "resolve", "reopen", "answer"])
        | st.just("pass"),
        st.integers(0, 200),
    ),
    max_size=60,
)


def open_hall(hand_out: str, strategy: str) -> Hall:
    ada = agent("Ada", capacity=2, skills={"bills": 2}, teams=frozenset({"few"}))
    ben, cem = agent("Ben", capacity=3, weights={"webchat": 2}), agent("Cem", capacity=1, languages=("zh",))
    few = queue(
        hand_out=hand_out,
        strategy=strategy,
        teams=("few",),
        skills={"bills": 3},
        relaxations=(Relaxation(after_s=20, levels=1),),
        overflow=Overflow(queue="help", after_s=90, sold_out=True),
        unanswered_s=100,
        gone_s=30,
    )
    return Hall(ada, ben, cem, few=few, help=queue(hand_out=hand_out, strategy=strategy, match_language=True))


def act(hall: Hall, what: str, number: int) -> None:
    who = agent(NAMES[number % len(NAMES)])
    ids = list(hall.works)
    id_ = ids[number % len(ids)] if ids else None
    alone: dict[str, Callable[[], object]] = {
        "come": lambda: hall.come(to=("few", "help")[number % 2], language=(None, "zh", "de")[number % 3]),
        "online": lambda: hall.be(who, is_online=True, gone_since=None),
        "away": lambda: hall.be(who, is_online=False, gone_since=None),
        "gone": lambda: hall.go(who),
        "pass": lambda: hall.pass_(number),
    }
    if what in alone:
        alone[what]()
    elif id_ is not None:
        work = hall.works[id_]
        if what == "accept" and work.state == "offered":
            hall.happen(id_, ConversationAssigned(to=work.member, name=None))
        elif what == "decline" and work.state == "offered" and work.member is not None:
            hall.happen(id_, ConversationOfferDeclined(by=work.member))
        elif what == "resolve" and work.state != "done":
            hall.happen(id_, ConversationResolved())
        elif what == "reopen" and work.state == "done":  # as the reader does it: nobody's, and asked for again
            hall.happen(id_, ConversationAssigned(to=None, name=None), ConversationReopened())
            hall.works.pop(id_)
            hall.asks.pop(id_, None)
        elif what == "answer":
            hall.asks.pop(id_, None)


@given(
    acts=ACTS, hand_out=st.sampled_from(["offer", "direct"]), strategy=st.sampled_from(["least_loaded", "round_robin"])
)
def test_whatever_happens(acts: list[Act], hand_out: str, strategy: str) -> None:
    hall = open_hall(hand_out, strategy)
    for what, number in acts:
        act(hall, what, number)
        hall.route()
        scene = hall.scene()
        for who in scene.agents.values():
            assert who.load <= who.capacity
        for id_, work in hall.works.items():
            assert (work.member is not None) is (work.state in HELD) or work.state == "done"
            if work.state in {"waiting", "offered"}:
                assert (due := hall.due[id_]) is not None, "somebody looks again"
                assert due > hall.now
            if work.state == "waiting":
                place = scene.find_place(work=work)
                assert place is not None
                free = [
                    one.name
                    for one in scene.agents.values()
                    if may_have(agent=one, work=work, queue=place.body, now=hall.now)
                ]
                assert free == [], "nobody waits for whom somebody is free"


@given(acts=ACTS, hand_out=st.sampled_from(["offer", "direct"]))
def test_everybody_is_served_in_the_end(acts: list[Act], hand_out: str) -> None:
    """Once somebody who can do everything is there and accepts, nobody waits for long."""
    hall = open_hall(hand_out, "least_loaded")
    for what, number in acts:
        act(hall, what, number)
    zoe = agent("Zoe", capacity=1000, skills={"bills": 9}, languages=("de", "zh"), teams=frozenset({"few"}))
    hall.agents = {zoe.id: zoe} | {id_: one for id_, one in hall.agents.items() if id_ != zoe.id}
    for _ in range(8):
        for id_, work in hall.works.items():
            if work.state == "offered" and work.member == zoe.id:
                hall.happen(id_, ConversationAssigned(to=zoe.id, name="Zoe"))
        hall.asks.clear()
        hall.pass_(61)
    assert all(work.state in {"assigned", "done", "offered"} for work in hall.works.values())
