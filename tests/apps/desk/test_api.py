"""The desk over HTTP: queues as they are, offers, accepting, declining, handing on, and what a visitor is told."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.commands import resolve, take
from conversations.threads.queries import get_state
from tenants.context import tenant_context
from tenants.members.member import Member
from tenants.members.queries import get_members
from tests.apps.definitions.speaking import fields, refused
from tests.apps.desk.floor import Floor
from tests.conftest import ClientFor
from tests.shop import Guest

JSON = "application/json"
NOWHERE = {"waiting": False, "place": None, "estimated_wait_s": None, "outside_hours": False, "opens_at": None}


class People:
    """Browsers of the floor's people, and of its visitors."""

    def __init__(self, floor: Floor, client_for: ClientFor) -> None:
        self._floor, self._client_for = floor, client_for

    def __getitem__(self, actor: Actor) -> Client:
        tenant = self._floor.shop.tenant
        (member,) = [one for one in get_members(tenant=tenant) if one.person_id == actor.id]
        return self._client_for(tenant, member)

    def ask(self, guest: Guest) -> Any:
        """Answer what a visitor is told of the queue."""
        answer = self._client_for(self._floor.shop.tenant).get("/api/v1/visitors/queue", headers=guest.headers)
        assert answer.status_code == 200, answer.content
        return answer.json()


@pytest.fixture
def people(floor: Floor, client_for: ClientFor) -> People:
    return People(floor, client_for)


def post(client: Client, guest: Guest, what: str, **body: Any) -> Any:
    return client.post(f"/api/v1/conversations/{guest.conversation}/{what}", body, content_type=JSON)


def test_an_offer_is_seen_and_accepted_once(floor: Floor, people: People) -> None:
    floor.open(hand_out="offer")
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea")
    (offer,) = people[ada].get("/api/v1/me/offers").json()["results"]
    assert (offer["conversation"], offer["queue"], offer["attempt"]) == (str(guest.conversation), "help", 1)
    assert people[bea].get("/api/v1/me/offers").json()["results"] == []
    assert refused(post(people[bea], guest, "accept")) == (409, "offer_gone")
    assert post(people[ada], guest, "accept").status_code == 204
    assert refused(post(people[ada], guest, "accept")) == (409, "offer_gone")
    assert refused(post(people[ada], guest, "decline")) == (409, "offer_gone")
    with tenant_context(floor.shop.tenant):
        assert get_state(conversation=guest.conversation).assignee == ada.id


def test_what_is_declined_is_offered_to_another(floor: Floor, people: People) -> None:
    floor.open(hand_out="offer")
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea")
    assert post(people[ada], guest, "decline").status_code == 204
    floor.route()
    assert people[ada].get("/api/v1/me/offers").json()["results"] == []
    assert [row["attempt"] for row in people[bea].get("/api/v1/me/offers").json()["results"]] == [2]


def test_queues_are_shown_to_those_who_assign(floor: Floor, people: People) -> None:
    floor.open(most_waiting=9)
    floor.publish("queue", "other", {"name": "Other"})
    ada = floor.agent(name="Ada", capacity=1)
    lead = floor.agent(name="Lead", role="supervisor", state="away")
    floor.come()
    with tenant_context(floor.shop.tenant):
        take(conversation=floor.come().conversation, actor=lead, now=floor.now)
    floor.come()
    shown = people[lead].get("/api/v1/queues").json()["results"]
    assert [row["key"] for row in shown] == ["help", "other"]
    numbers = ("open", "waiting", "offered", "assigned")
    assert [shown[0][name] for name in numbers] == [True, 1, 0, 2]
    agents = {row["member"]: (row["state"], row["load"], row["capacity"]) for row in shown[0]["agents"]}
    assert (agents[str(ada.id)], agents[str(lead.id)]) == (("online", 1, 1), ("away", 1, 5))
    assert refused(people[ada].get("/api/v1/queues")) == (403, "not_allowed")


def test_handing_on_names_one_that_is_there(floor: Floor, people: People, member: Member) -> None:
    floor.open()
    ada = floor.agent(name="Ada")
    guest = floor.come()
    for body, field in (
        ({}, "agent"),
        ({"agent": str(member.person_id), "queue": "help"}, "agent"),
        ({"agent": str(uuid4())}, "agent"),
        ({"team": "nobody"}, "team"),
        ({"queue": "nowhere"}, "queue"),
    ):
        assert fields(post(people[ada], guest, "transfer", **body)) == [field], body
    bea = floor.agent(name="Bea", capacity=0, state="away")
    assert refused(post(people[ada], guest, "transfer", agent=str(bea.id))) == (409, "at_capacity")
    assert refused(post(people[bea], guest, "transfer", queue="help")) == (403, "not_allowed")
    lead = floor.agent(name="Lead", role="supervisor", state="away")
    handed = post(people[lead], guest, "transfer", agent=str(bea.id), words="You know them")
    assert handed.json() == {"over_capacity": True}
    transferred = floor.told(guest.conversation)[-2]
    assert (transferred.kind, transferred.body["words"]) == ("conversation.transferred.v1", "You know them")


def test_a_visitor_is_told_their_place_until_somebody_has_them(floor: Floor, people: People) -> None:
    floor.open()
    guests = [floor.come() for _ in range(3)]
    assert [people.ask(guest)["place"] for guest in guests] == [1, 2, 3]
    told = people.ask(guests[0])
    assert (told["waiting"], told["sold_out"], told["words"]) == (True, True, None), "nobody is there"
    floor.agent(capacity=2)
    floor.route()
    assert people.ask(guests[0]) == {**NOWHERE, "sold_out": False, "words": None}
    told = people.ask(guests[2])
    assert (told["place"], told["sold_out"], told["estimated_wait_s"]) == (1, False, None), "two tell nothing of a pace"


def test_a_visitor_is_told_how_long_it_may_take(floor: Floor, people: People) -> None:
    floor.open()
    floor.agent(capacity=4)
    first = [floor.come() for _ in range(4)]
    floor.pass_(300)
    for guest in first[:3]:
        with tenant_context(floor.shop.tenant):
            resolve(conversation=guest.conversation, actor=SYSTEM, now=floor.now)
        floor.route()
        floor.come()
    assert [people.ask(floor.come())["estimated_wait_s"] for _ in range(2)] == [75, 150], "four at once, 300 s each"


def test_outside_hours_a_visitor_reads_the_inbox_own_words(floor: Floor, people: People, admin: Client) -> None:
    floor.publish("calendar", "never", {"name": "Never", "time_zone": "UTC"})
    floor.open(calendar="never")
    words = {"en": "Closed for the holidays.", "zh": "假期休息。"}
    admin.patch(f"/api/v1/inboxes/{floor.shop.inbox}", {"outside_hours": words}, content_type=JSON)
    told = people.ask(floor.come())
    assert (told["outside_hours"], told["words"], told["estimated_wait_s"]) == (True, words, None)


def test_without_a_queue_there_is_no_place(floor: Floor, people: People) -> None:
    assert people.ask(floor.come()) == {**NOWHERE, "sold_out": False, "words": None}


def test_what_waits_in_a_queue_that_is_gone_goes_where_its_inbox_says_now(floor: Floor, people: People) -> None:
    floor.open()
    guest = floor.come()
    floor.publish("queue", "new", {"name": "New", "hand_out": "direct"})
    inbox = {"queue": "new"}
    admin = people[floor.agent(name="Root", role="admin", state="offline")]
    assert admin.patch(f"/api/v1/inboxes/{floor.shop.inbox}", inbox, content_type=JSON).status_code == 200
    assert admin.post("/api/v1/definitions/queue/help/retire", {}, content_type=JSON).status_code == 200
    floor.route()
    assert (floor.row(guest.conversation).queue, floor.row(guest.conversation).state) == ("new", "waiting")
    ada = floor.agent()
    floor.route()
    with tenant_context(floor.shop.tenant):
        assert get_state(conversation=guest.conversation).assignee == ada.id
