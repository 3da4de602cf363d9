"""Two answer in one conversation, over HTTP and on the log: invited, there, counted, gone; the owner keeps it."""

from django.test import Client

from conversations.desk.conference import leave_all
from conversations.desk.rules.work import Work
from conversations.desk.scene import read_loads
from conversations.threads.actors import Actor
from conversations.threads.queries import get_state
from tenants.context import tenant_context
from tests.apps.definitions.speaking import refused
from tests.apps.desk.floor import Floor
from tests.apps.desk.test_api import People, people, post  # noqa: F401 - a fixture
from tests.shop import Guest


def invited(client: Client) -> list[str]:
    return [row["conversation"] for row in client.get("/api/v1/me/invitations").json()["results"]]


def loads(floor: Floor, *actors: Actor) -> list[int]:
    with tenant_context(floor.shop.tenant):
        found = read_loads(members=[actor.id for actor in actors])
    return [sum(found.get(actor.id, {}).values()) for actor in actors]


def test_a_colleague_comes_is_counted_and_goes(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    floor.open()
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea")
    assert refused(post(people[bea], guest, "invite", agent=str(bea.id))) == (403, "not_allowed")
    assert post(people[ada], guest, "invite", agent=str(bea.id), words="Look").status_code == 204
    assert invited(people[bea]) == [str(guest.conversation)]
    assert invited(people[ada]) == []
    assert loads(floor, ada, bea) == [1, 0]
    assert post(people[bea], guest, "join").status_code == 204
    assert post(people[bea], guest, "join").status_code == 204
    assert invited(people[bea]) == []
    assert loads(floor, ada, bea) == [1, 1]
    floor.pass_(10)
    assert _owner(floor, guest) == ada.id
    assert post(people[bea], guest, "leave").status_code == 204
    assert loads(floor, ada, bea) == [1, 0]
    assert refused(post(people[bea], guest, "join")) == (409, "not_invited")
    kinds = floor.kinds(guest.conversation)
    assert kinds[-3:] == ["invited", "joined", "left"]


def test_there_is_no_room_for_more_than_fits(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    floor.open()
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea = floor.agent(name="Bea", capacity=1)
    post(people[ada], guest, "invite", agent=str(bea.id))
    other = floor.come()
    assert _owner(floor, other) == bea.id
    assert refused(post(people[bea], guest, "join")) == (409, "at_capacity")
    assert post(people[bea], other, "resolve").status_code == 200
    assert post(people[bea], guest, "join").status_code == 204
    third = floor.come()
    assert _owner(floor, third) == ada.id, "who has joined has no room for another"


def test_the_row_is_what_the_log_tells(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    floor.open()
    ada = floor.agent(name="Ada")
    guest = floor.come()
    bea, cem = floor.agent(name="Bea"), floor.agent(name="Cem")
    for agent in (bea, cem):
        post(people[ada], guest, "invite", agent=str(agent.id))
    post(people[bea], guest, "join")
    post(people[cem], guest, "decline-invitation")
    row = floor.row(guest.conversation)
    assert (row.joined, row.invited, row.member) == ([bea.id], [], ada.id)
    post(people[ada], guest, "resolve")
    floor.route()
    row = floor.row(guest.conversation)
    assert (row.joined, row.invited) == ([], [])
    assert Work(conversation=row.id).joined == ()


def test_who_is_no_member_any_more_is_nowhere(floor: Floor, people: People) -> None:  # noqa: F811 - a fixture
    floor.open()
    ada = floor.agent(name="Ada")
    first, second = floor.come(), floor.come()
    bea = floor.agent(name="Bea")
    for guest in (first, second):
        post(people[ada], guest, "invite", agent=str(bea.id))
    post(people[bea], first, "join")
    with tenant_context(floor.shop.tenant):
        leave_all(member=bea.id, now=floor.now)
    assert loads(floor, bea) == [0]
    assert invited(people[bea]) == []


def _owner(floor: Floor, guest: Guest) -> object:
    with tenant_context(floor.shop.tenant):
        return get_state(conversation=guest.conversation).assignee
