"""What people do about what they are offered, and what they hand on: who may, and what follows."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from conversations.desk.events import ConversationOfferDeclined, ConversationOffered, ConversationTransferred
from conversations.desk.rules import offers
from conversations.desk.rules.offers import AtCapacity, OfferedToAnother, OfferGone
from conversations.desk.rules.waiting import estimate_wait
from conversations.desk.rules.work import Work, after
from conversations.threads.actors import Actor
from conversations.threads.events import ConversationAssigned
from conversations.threads.rules import Conversation, ConversationIsResolved
from tenants.refusals import NotAllowed, NotFound, Refusal
from tests.rules.scenario import CONVERSATION, CUSTOMER, NOON, person

ADA, BEN = person("Ada", "agent"), person("Ben", "agent")
SUE, VIC = person("Sue", "supervisor"), person("Vic", "viewer")
OFFER = ConversationOffered(to=ADA.id, name="Ada", queue="help", until=NOON + timedelta(seconds=30), attempt=1)
OFFERED = after(work=Work(conversation=CONVERSATION), fact=OFFER, at=NOON)
OPEN = Conversation(id=CONVERSATION, contact=CUSTOMER.id)


def test_an_offer_is_accepted_or_declined_by_whom_it_is_for() -> None:
    assert offers.accept(work=OFFERED, actor=ADA) == [ConversationAssigned(to=ADA.id, name="Ada")]
    assert offers.decline(work=OFFERED, actor=ADA) == [ConversationOfferDeclined(by=ADA.id)]


@pytest.mark.parametrize(
    ("actor", "refusal"), [(BEN, OfferGone), (SUE, OfferGone), (VIC, NotAllowed), (CUSTOMER, NotFound)]
)
def test_and_by_nobody_else(actor: Actor, refusal: type[Refusal]) -> None:
    for command in (offers.accept, offers.decline):
        with pytest.raises(refusal):
            command(work=OFFERED, actor=actor)


def test_whichever_comes_first_counts() -> None:
    accepted = after(work=OFFERED, fact=offers.accept(work=OFFERED, actor=ADA)[0], at=NOON)
    declined = after(work=OFFERED, fact=offers.decline(work=OFFERED, actor=ADA)[0], at=NOON)
    for work in (accepted, declined):
        with pytest.raises(OfferGone):
            offers.accept(work=work, actor=ADA)


def test_who_helps_themselves_needs_room_and_leaves_others_what_they_are_asked_about() -> None:
    waiting = Work(conversation=CONVERSATION, state="waiting", queue="help")
    offers.check_take(work=OFFERED, actor=ADA, has_room=False)  # what is offered counts already
    offers.check_take(work=waiting, actor=BEN, has_room=True)
    offers.check_take(work=OFFERED, actor=SUE, has_room=False)
    with pytest.raises(OfferedToAnother):
        offers.check_take(work=OFFERED, actor=BEN, has_room=True)
    with pytest.raises(AtCapacity):
        offers.check_take(work=waiting, actor=BEN, has_room=False)


def test_who_may_hand_on() -> None:
    hers = Conversation(id=CONVERSATION, contact=CUSTOMER.id, assignee=ADA.id)
    offers.check_hand_on(state=hers, actor=ADA)
    offers.check_hand_on(state=hers, actor=SUE)
    for state, actor, refusal in (
        (hers, BEN, NotAllowed),
        (OPEN, ADA, NotAllowed),
        (hers, VIC, NotAllowed),
        (hers, CUSTOMER, NotFound),
        (replace(hers, status="resolved"), SUE, ConversationIsResolved),
    ):
        with pytest.raises(refusal):
            offers.check_hand_on(state=state, actor=actor)


def hand(state: Conversation, actor: Actor, to: UUID, *, has_room: bool) -> list[object]:
    return list(offers.hand_to_agent(state=state, actor=actor, to=to, name="Ben", has_room=has_room, words="Please"))


def test_handing_on_to_an_agent_carries_the_words() -> None:
    hers = Conversation(id=CONVERSATION, contact=CUSTOMER.id, assignee=ADA.id)
    told = [
        ConversationTransferred(by=ADA.id, words="Please", agent=BEN.id),
        ConversationAssigned(to=BEN.id, name="Ben"),
    ]
    assert hand(hers, ADA, BEN.id, has_room=True) == told
    assert hand(hers, SUE, ADA.id, has_room=True) == [], "she has it"
    with pytest.raises(AtCapacity):
        hand(hers, ADA, BEN.id, has_room=False)
    assert len(hand(hers, SUE, BEN.id, has_room=False)) == 2


def test_a_wait_is_as_long_as_the_last_ones_let_expect() -> None:
    lasted = [240.0, 300.0, 360.0]
    assert estimate_wait(place=1, lasted_s=lasted, in_hand=10) == 30
    assert estimate_wait(place=4, lasted_s=lasted, in_hand=10) == 120
    assert estimate_wait(place=4, lasted_s=lasted, in_hand=5) == 240, "with half of the agents it takes twice as long"
    assert estimate_wait(place=1, lasted_s=lasted[:2], in_hand=10) is None
    assert estimate_wait(place=1, lasted_s=lasted, in_hand=0) is None, "who has nothing in hand says nothing"
    assert estimate_wait(place=10_000, lasted_s=lasted, in_hand=1) == 4 * 3600
    assert estimate_wait(place=1, lasted_s=[0.0, 0.0, 9e9], in_hand=1) == 4 * 1200, "one left open for days is one"
