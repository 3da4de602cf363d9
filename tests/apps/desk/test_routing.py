"""The router on a database: who gets what, what comes back, and that nobody is forgotten."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from conversations.desk.commands import To, accept, decline, hand_on
from conversations.desk.forgotten import find_forgotten_work
from conversations.desk.models import WorkRow
from conversations.desk.rules.offers import AtCapacity, OfferedToAnother, OfferGone
from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.commands import assign, prioritize, resolve, take
from conversations.threads.queries import get_state
from tenants.context import platform_context, tenant_context
from tests.apps.desk.floor import Floor
from tests.shop import Guest


def holder(floor: Floor, guest: Guest) -> UUID | None:
    with tenant_context(floor.shop.tenant):
        return get_state(conversation=guest.conversation).assignee


def test_without_a_queue_conversations_wait_for_anybody(floor: Floor) -> None:
    ada = floor.agent()
    guest = floor.come()
    assert (holder(floor, guest), floor.kinds(guest.conversation)) == (None, [])
    with tenant_context(floor.shop.tenant):
        take(conversation=guest.conversation, actor=ada, now=floor.now)
        assert not WorkRow.objects.exists()
    assert holder(floor, guest) == ada.id


def test_who_is_here_gets_it_at_once(floor: Floor) -> None:
    floor.open()
    ada = floor.agent()
    guest = floor.come()
    assert floor.kinds(guest.conversation) == ["queued", "assigned"]
    assert holder(floor, guest) == ada.id


def test_who_waits_longest_is_next_when_somebody_comes(floor: Floor) -> None:
    floor.open()
    waiting = [floor.come() for _ in range(3)]
    ada = floor.agent(capacity=2)
    floor.route()
    assert [holder(floor, guest) for guest in waiting] == [ada.id, ada.id, None]
    with tenant_context(floor.shop.tenant):
        resolve(conversation=waiting[0].conversation, actor=ada, now=floor.now)
    floor.route()
    assert holder(floor, waiting[2]) == ada.id


def test_what_is_urgent_is_next_though_it_came_last(floor: Floor) -> None:
    floor.open()
    first, _, last = waiting = [floor.come() for _ in range(3)]
    before = floor.row(last.conversation).rank
    with tenant_context(floor.shop.tenant):
        prioritize(conversation=last.conversation, actor=SYSTEM, priority="urgent", now=floor.now)
        prioritize(conversation=first.conversation, actor=SYSTEM, priority="low", now=floor.now)
    floor.route()
    after = floor.row(last.conversation)
    assert before is not None
    assert (after.rank, after.priority) == (before - timedelta(minutes=120), "urgent")
    ada = floor.agent(capacity=2)
    floor.route()
    assert [holder(floor, guest) for guest in waiting] == [None, ada.id, ada.id]


def test_nothing_goes_to_who_is_away_or_may_not_answer(floor: Floor) -> None:
    floor.open()
    floor.agent(state="away")
    floor.agent(role="viewer")
    guest = floor.come()
    assert (holder(floor, guest), floor.row(guest.conversation).state) == (None, "waiting")


def test_an_offer_is_accepted(floor: Floor) -> None:
    floor.open(hand_out="offer")
    ada = floor.agent()
    guest = floor.come()
    offered = floor.told(guest.conversation)[-1]
    assert (offered.kind, offered.body["to"], offered.body["attempt"]) == ("conversation.offered.v1", str(ada.id), 1)
    with tenant_context(floor.shop.tenant):
        accept(conversation=guest.conversation, actor=ada, now=floor.now)
        with pytest.raises(OfferGone):
            accept(conversation=guest.conversation, actor=ada, now=floor.now)
    assert holder(floor, guest) == ada.id
    floor.route()
    assert floor.kinds(guest.conversation) == ["queued", "offered", "assigned"]


def test_what_is_declined_goes_to_the_next_and_comes_back_after_a_while(floor: Floor) -> None:
    floor.open(hand_out="offer", again_s=60, offer_s=600)
    first = floor.agent(name="Ada")
    second = floor.agent(name="Bea", state="away")
    guest = floor.come()
    with tenant_context(floor.shop.tenant):
        decline(conversation=guest.conversation, actor=first, now=floor.now)
    floor.route()
    assert floor.row(guest.conversation).state == "waiting"
    floor.be(second, "online")
    floor.route()
    assert floor.row(guest.conversation).member == second.id
    with tenant_context(floor.shop.tenant):
        decline(conversation=guest.conversation, actor=second, now=floor.now)
        with pytest.raises(OfferGone):
            accept(conversation=guest.conversation, actor=second, now=floor.now)
    floor.be(second, "away")
    floor.pass_(61)
    assert floor.row(guest.conversation).member == first.id


def test_an_offer_lapses_in_time_and_when_its_agent_goes(floor: Floor) -> None:
    floor.open(hand_out="offer", offer_s=20)
    ada = floor.agent(name="Ada")
    guest = floor.come()
    floor.pass_(19)
    assert floor.kinds(guest.conversation)[-1] == "offered"
    floor.pass_(2)
    assert floor.kinds(guest.conversation) == ["queued", "offered", "offer_lapsed"]
    assert floor.told(guest.conversation)[-1].body == {"to": str(ada.id), "reason": "timed_out"}
    bea = floor.agent(name="Bea")
    floor.route()
    assert floor.row(guest.conversation).member == bea.id
    floor.be(bea, "offline")
    floor.route()
    assert floor.told(guest.conversation)[-1].body == {"to": str(bea.id), "reason": "agent_gone"}


def test_on_the_log_too_nobody_ever_has_more_than_fits(floor: Floor) -> None:
    floor.open(hand_out="offer", offer_s=20, again_s=60)
    ada = floor.agent(capacity=1)
    first = floor.come()
    with tenant_context(floor.shop.tenant):
        decline(conversation=first.conversation, actor=ada, now=floor.now)
    floor.route()
    floor.now += timedelta(seconds=41)
    second = floor.come()
    floor.pass_(21)
    events = {first.conversation: floor.told(first.conversation), second.conversation: floor.told(second.conversation)}
    kinds = {id_: [event.kind.split(".")[1] for event in told] for id_, told in events.items()}
    assert kinds[first.conversation][-1] == "offered", kinds
    assert kinds[second.conversation][-1] == "offer_lapsed", kinds
    assert events[second.conversation][-1].position < events[first.conversation][-1].position


def test_what_nobody_answers_comes_back_to_somebody_else(floor: Floor) -> None:
    floor.open(unanswered_s=120)
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea")
    floor.pass_(121)
    assert floor.kinds(guest.conversation) == ["queued", "assigned", "assigned", "queued", "assigned"]
    assert floor.told(guest.conversation)[3].body["reason"] == "unanswered"
    assert (holder(floor, guest), ada.id != bea.id) == (bea.id, True)


def test_what_was_answered_stays_until_the_contact_waits_again(floor: Floor) -> None:
    floor.open(unanswered_s=120)
    ada = floor.agent()
    guest = floor.come()
    floor.say(guest, ada, "hi")
    floor.pass_(500)
    assert (holder(floor, guest), floor.row(guest.conversation).due_at) == (ada.id, None)
    floor.say(guest, guest.actor, "and?")
    assert floor.row(guest.conversation).due_at is not None
    floor.pass_(121)
    assert floor.told(guest.conversation)[-1].body["reason"] == "unanswered"
    assert floor.row(guest.conversation).state == "waiting", "nobody else is there, and Ada was asked just now"


def test_what_an_agent_leaves_behind_comes_back(floor: Floor) -> None:
    floor.open(gone_s=30)
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea")
    floor.be(ada, "offline")
    floor.route()
    assert holder(floor, guest) == ada.id
    floor.pass_(31)
    assert holder(floor, guest) == bea.id
    assert floor.told(guest.conversation)[-2].body["reason"] == "agent_gone"


def test_a_contact_who_comes_back_gets_who_knows_them(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(name="Ada", capacity=2)
    guest = floor.come()
    floor.agent(name="Bea", capacity=9)
    with tenant_context(floor.shop.tenant):
        resolve(conversation=guest.conversation, actor=ada, now=floor.now)
    floor.route()
    floor.say(guest, guest.actor, "one more thing")
    assert holder(floor, guest) == ada.id
    assert floor.kinds(guest.conversation) == ["queued", "assigned", "assigned", "queued", "assigned"]


def test_skills_are_needed_until_they_are_relaxed(floor: Floor) -> None:
    floor.open(skills={"billing": 3}, relaxations=[{"after_s": 30, "levels": 1}])
    floor.agent(name="Ada", skills={"billing": 1})
    guest = floor.come()
    bea = floor.agent(name="Bea", skills={"billing": 2})
    floor.route()
    assert holder(floor, guest) is None
    floor.pass_(31)
    assert holder(floor, guest) == bea.id


def test_a_queue_overflows(floor: Floor) -> None:
    floor.publish("queue", "rest", {"name": "Rest", "hand_out": "direct"})
    floor.publish("team", "few", {"name": "Few"})
    floor.open(teams=["few"], overflow={"queue": "rest", "after_s": 45})
    ada = floor.agent()
    guest = floor.come()
    floor.pass_(40)
    assert holder(floor, guest) is None
    floor.pass_(6)
    assert holder(floor, guest) == ada.id
    assert [event.body.get("queue") for event in floor.told(guest.conversation)] == ["help", "rest", None]


def test_outside_hours_everybody_waits_for_the_opening(floor: Floor) -> None:
    floor.publish("calendar", "never", {"name": "Never", "time_zone": "UTC"})
    floor.open(calendar="never")
    floor.agent()
    guest = floor.come()
    assert floor.row(guest.conversation).state == "waiting"
    floor.publish("calendar", "never", {"name": "Now", "time_zone": "UTC", "week": ALWAYS})
    floor.pass_(301)
    assert holder(floor, guest) is not None


ALWAYS = {
    day: [{"opens": "00:00", "closes": "24:00"}]
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}


def test_who_has_no_room_cannot_help_themselves(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(capacity=1)
    floor.come()
    second = floor.come()
    lead = floor.agent(name="Lead", role="supervisor", state="away", capacity=0)
    with tenant_context(floor.shop.tenant):
        with pytest.raises(AtCapacity):
            take(conversation=second.conversation, actor=ada, now=floor.now)
        take(conversation=second.conversation, actor=lead, now=floor.now)
    assert holder(floor, second) == lead.id


def test_nobody_takes_what_another_is_asked_about(floor: Floor) -> None:
    floor.open(hand_out="offer")
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea", state="busy")
    with tenant_context(floor.shop.tenant):
        with pytest.raises(OfferedToAnother):
            take(conversation=guest.conversation, actor=bea, now=floor.now)
        take(conversation=guest.conversation, actor=ada, now=floor.now)
    assert holder(floor, guest) == ada.id


@pytest.fixture
def lead(floor: Floor) -> Actor:
    return floor.agent(name="Lead", role="supervisor", state="away")


def test_handing_on_to_an_agent_says_if_it_is_more_than_fits(floor: Floor, lead: Actor) -> None:
    floor.open()
    ada = floor.agent(name="Ada", capacity=1)
    first, second = floor.come(), floor.come()
    bea = floor.agent(name="Bea", state="busy", capacity=0)
    with tenant_context(floor.shop.tenant):
        with pytest.raises(AtCapacity):
            hand_on(conversation=first.conversation, actor=ada, to=To(agent=bea.id), words="", now=floor.now)
        assert hand_on(conversation=second.conversation, actor=lead, to=To(agent=ada.id), words="Please", now=floor.now)
        assert not hand_on(conversation=first.conversation, actor=lead, to=To(agent=ada.id), words="", now=floor.now)
    assert floor.kinds(second.conversation) == ["queued", "transferred", "assigned"]
    assert holder(floor, second) == ada.id


def test_handing_on_to_a_team_and_to_a_queue(floor: Floor, lead: Actor) -> None:
    floor.open()
    floor.publish("queue", "other", {"name": "Other"})
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea")
    floor.publish("team", "sales", {"name": "Sales", "members": [{"member": str(bea.id)}]})
    with tenant_context(floor.shop.tenant):
        hand_on(conversation=guest.conversation, actor=ada, to=To(team="sales"), words="A quote", now=floor.now)
    floor.route()
    assert holder(floor, guest) == bea.id
    with tenant_context(floor.shop.tenant):
        hand_on(conversation=guest.conversation, actor=lead, to=To(queue="other"), words="", now=floor.now)
    floor.route()
    row = floor.row(guest.conversation)
    assert (row.queue, row.state, row.member) == ("other", "offered", ada.id)


def test_what_is_given_back_is_queued_again(floor: Floor) -> None:
    floor.open()
    ada = floor.agent(name="Ada")
    guest = floor.come()
    floor.be(ada, "away")
    with tenant_context(floor.shop.tenant):
        assign(conversation=guest.conversation, actor=ada, to=None, now=floor.now)
    floor.route()
    assert floor.kinds(guest.conversation) == ["queued", "assigned", "assigned", "queued"]


@pytest.mark.parametrize("lost", ["timer", "row"])
def test_a_slow_sweep_finds_what_was_forgotten(floor: Floor, lost: str) -> None:
    floor.open(relaxations=[{"after_s": 10, "levels": 5}], skills={"rare": 3})
    guest = floor.come()
    ada = floor.agent()
    floor.route()
    with tenant_context(floor.shop.tenant), connection.cursor() as cursor:
        cursor.execute("SELECT public.set_due(NULL, true)")
        cursor.execute("UPDATE work SET due_at = NULL" if lost == "timer" else "UPDATE work SET state = 'done'")
    floor.now += timedelta(seconds=11)
    floor.route()
    assert (due_at(floor), holder(floor, guest)) == (None, None), "nobody would ever look"
    with tenant_context(floor.shop.tenant):
        find_forgotten_work(now=floor.now)
    assert due_at(floor) == floor.now
    floor.route(due=True)
    found = floor.row(guest.conversation)
    assert (found.state, found.member) == (("assigned", ada.id) if lost == "timer" else ("waiting", None))


def due_at(floor: Floor) -> object:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SELECT due_at FROM public.heads WHERE schema = %s", [floor.shop.tenant.schema])
        return cursor.fetchone()[0]


def test_what_is_resolved_waits_no_more(floor: Floor) -> None:
    floor.open()
    guest = floor.come()
    with tenant_context(floor.shop.tenant):
        resolve(conversation=guest.conversation, actor=SYSTEM, now=floor.now)
    floor.agent()
    floor.route()
    assert (floor.row(guest.conversation).state, holder(floor, guest)) == ("done", None)
