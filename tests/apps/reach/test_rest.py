"""The matrix over REST: reach x conversation x way. Ways are read off the routes, so that a new one is tried, too."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import get_resolver

from conversations.engine.readers import Progress, run_readers
from conversations.engine.streams import new_subject
from conversations.searching.indexing import READER
from tenants.context import tenant_context
from tests.apps.reach.conftest import AGENT, REACHES, SEEN, Hire, House
from tests.architecture.probe.walk.routes import patterns
from tests.conftest import ClientFor

URLCONF: Final = "config.urls.tenant"
METHODS: Final = ("get", "post", "put", "patch", "delete")
# Routes that list or act and name no conversation; each is in a test of this folder, or tells nothing of conversations.
LISTS: Final = {"api/v1/conversations", "api/v1/events", "api/v1/queues", "api/v1/me/mentions"}


def one_conversation() -> Iterator[tuple[str, str]]:
    """Answer every route that names a conversation, with each of its methods."""
    for route, view in patterns(get_resolver(URLCONF).url_patterns):
        shape = getattr(view, "cls", None)
        if "<uuid:conversation>" in route and shape is not None:
            for method in METHODS:
                if hasattr(shape, method):
                    yield method, route


WAYS: Final = sorted(one_conversation())


def ask(client: Client, method: str, route: str, conversation: object) -> Any:
    path = route.replace("<uuid:conversation>", str(conversation))
    path = re.sub(r"<uuid:\w+>", str(new_subject()), path)
    return getattr(client, method)(f"/{path.lstrip('/')}", {}, content_type="application/json")


def told(answer: Any) -> tuple[int, bytes]:
    return answer.status_code, answer.content


@pytest.fixture(params=REACHES)
def reach(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def mine(house: House, hire: Hire, client_for: ClientFor, reach: str) -> Client:
    return client_for(house.shop.tenant, hire(*AGENT, *REACHES[reach], me=house.me))


def expected(reach: str) -> set[str]:
    return {name for name, who in SEEN.items() if reach == "all" or reach in who}


def test_there_are_ways() -> None:
    assert len(WAYS) >= 25
    assert ("get", "api/v1/conversations/<uuid:conversation>/messages") in WAYS


def test_every_way_to_one_conversation(house: House, mine: Client, reach: str) -> None:
    seen = expected(reach)
    for method, route in WAYS:
        nowhere = told(ask(mine, method, route, new_subject()))
        for name in sorted(SEEN.keys() - seen):
            found = ask(mine, method, route, house.guests[name].conversation)
            assert told(found) == nowhere, (method, route, name)
            assert reach == "all" or found.status_code == 404, (method, route, name)
    for name, guest in house.guests.items():
        for path in ("", "/messages", "/notes"):
            status = mine.get(f"/api/v1/conversations/{guest.conversation}{path}").status_code
            assert status == (200 if name in seen else 404), (name, path)


def test_the_list_its_filters_and_its_pages(house: House, mine: Client, reach: str) -> None:
    seen = expected(reach)
    for query in ("", "?status=open", "?order=last_at"):
        rows = mine.get(f"/api/v1/conversations{query}").json()["results"]
        assert house.names({row["id"] for row in rows}) == seen, query
    theirs = mine.get(f"/api/v1/conversations?assignee={house.stranger.person_id}").json()["results"]
    assert house.names({row["id"] for row in theirs}) == seen & {"theirs", "named"}
    found: set[str] = set()
    url = "/api/v1/conversations?limit=1"
    while url:
        page = mine.get(url).json()
        found |= {row["id"] for row in page["results"]}
        url = page["next"]
    assert house.names(found) == seen
    for name, guest in house.guests.items():
        rows = mine.get(f"/api/v1/conversations?contact={guest.actor.id}").json()["results"]
        assert bool(rows) == (name in seen), name


def test_the_change_feed(house: House, mine: Client, reach: str) -> None:
    page = mine.get("/api/v1/events?limit=1000").json()
    assert house.names({event["conversation"] for event in page["results"]}) == expected(reach)
    assert page["position"] == max(event.position for event in house.shop.read_all())


def test_search_finds_what_is_seen(house: House, mine: Client, reach: str) -> None:
    with tenant_context(house.shop.tenant):
        while run_readers(readers=[READER], now=datetime.now(UTC)) is Progress.MORE:
            pass
    rows = mine.get("/api/v1/search?q=I+am&type=conversation").json()["results"]
    assert house.names({row["id"] for row in rows}) == expected(reach)


def test_the_wall_is_for_who_sees_all(mine: Client, reach: str) -> None:
    wanted = 200 if reach == "all" else 403
    assert mine.get("/api/v1/queues").status_code == wanted
    assert mine.get("/desk/wall").status_code in {wanted, 404}


def test_what_a_body_names(house: House, mine: Client, reach: str) -> None:
    for name, guest in house.guests.items():
        body = {"conversation": str(guest.conversation), "seq": 1}
        said = mine.post("/api/v1/me/mentions/read", body, content_type="application/json")
        assert said.status_code == (204 if name in expected(reach) else 404), name
        opened = {"title": "x", "conversation": str(guest.conversation)}
        said = mine.post("/api/v1/tickets", opened, content_type="application/json")
        assert said.status_code == (201 if name in expected(reach) else 422), (name, said.content)
        rows = mine.get(f"/api/v1/tickets?conversation={guest.conversation}").json()["results"]
        assert bool(rows) == (name in expected(reach)), name


def test_a_kept_answer_is_kept_from_who_lost_it(house: House, hire: Hire, client_for: ClientFor) -> None:
    client = client_for(house.shop.tenant, hire(*AGENT, me=house.me))
    path = f"/api/v1/conversations/{house.guests['mine'].conversation}/messages"

    def say() -> Any:
        headers = {"idempotency-key": "once"}
        return client.post(path, {"id": "m-1", "text": "hi"}, content_type="application/json", headers=headers)

    assert say().status_code == 201
    assert say().status_code == 201
    house.assign("mine", house.stranger)
    assert say().status_code == 404


def test_reach_follows_teams_and_queues(house: House, hire: Hire, client_for: ClientFor) -> None:
    client = client_for(house.shop.tenant, hire(*AGENT, "conversations.team", me=house.me))
    path = f"/api/v1/conversations/{house.guests['mates'].conversation}"
    assert client.get(path).status_code == 200
    house.assign("mates", house.stranger)
    assert client.get(path).status_code == 404
    house.assign("mates", house.me)
    assert client.get(path).status_code == 200


def test_names_are_masked_by_role(house: House, hire: Hire, client_for: ClientFor) -> None:
    masked = set(AGENT) - {"contacts.personal"}
    client = client_for(house.shop.tenant, hire(*masked, "conversations.all", me=house.me))
    guest = house.guests["mine"]
    row = client.get(f"/api/v1/conversations/{guest.conversation}").json()
    assert (row["contact"]["name"], row["last_text"]) == (None, None)
    contact = client.get(f"/api/v1/contacts/{guest.actor.id}").json()
    assert contact["name"] is None
    for query in ("q=I", "email=a@example.com", "phone=%2B8613800000000", "external_id=1"):
        assert client.get(f"/api/v1/contacts?{query}").json()["code"] == "personal_filter", query
    assert client.get("/api/v1/tickets?q=I").json()["code"] == "personal_filter"
    events = client.get("/api/v1/events?limit=1000").content.decode()
    said = client.get(f"/api/v1/conversations/{guest.conversation}/messages").content.decode()
    for text in ("I am mine", guest.actor.name):
        assert text not in events
        assert text not in said
