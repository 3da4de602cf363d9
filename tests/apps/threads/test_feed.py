"""The change feed: nothing is left out silently, whatever was cut, filtered, or too much for a page."""

from typing import Any, Final

import msgspec
import pytest
from django.test import Client

from conversations.engine import feed
from conversations.threads.events import NotePosted
from integrations.webhooks import payload
from tenants.database.models import new_id
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

EVENTS: Final = "/api/v1/events"


@pytest.fixture
def guest(shop: Shop) -> Guest:
    """A visitor who has said hello: started is position 1, hello is 2."""
    return shop.welcome(text="hello")


@pytest.fixture
def desk(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant))


def positions(page: Any) -> list[int]:
    return [event["position"] for event in page["results"]]


def test_what_was_cut_is_told(shop: Shop, desk: Client, guest: Guest) -> None:
    for text in ("two", "three", "four"):
        shop.say(guest.conversation, guest.actor, text)
    shop.cut(until=3)
    for after in (0, 2):
        refused = desk.get(EVENTS, {"after": str(after)})
        assert (refused.status_code, refused.json()["code"]) == (410, "gap")
        assert (refused.json()["from"], refused.json()["to"]) == (after + 1, 3)
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert positions(desk.get(EVENTS, {"after": refused.json()["to"]}).json()) == [4, 5]
    assert positions(desk.get(EVENTS).json()) == [4, 5], "whoever begins, begins with what there is"
    assert desk.get(EVENTS, {"after": "1", "kinds": "note.posted.v1"}).status_code == 410, "there may have been one"


def test_a_log_that_was_cut_to_nothing(shop: Shop, desk: Client, guest: Guest) -> None:
    shop.cut(until=2)
    refused = desk.get(EVENTS, {"after": 0})
    assert (refused.status_code, refused.json()["from"], refused.json()["to"]) == (410, 1, 2)
    empty: dict[str, Any] = {"results": [], "next": None, "previous": None, "position": 2}
    assert desk.get(EVENTS, {"after": 2}).json() == desk.get(EVENTS).json() == empty
    shop.say(guest.conversation, guest.actor, "again")
    assert positions(desk.get(EVENTS, {"after": 2}).json()) == [3]


def test_after_what_is_not_there_yet_comes_what_comes_next(shop: Shop, desk: Client, guest: Guest) -> None:
    page = desk.get(EVENTS, {"after": 5_000}).json()
    assert (page["results"], page["next"], page["position"]) == ([], None, 2)


def test_rare_kinds_take_several_pages(shop: Shop, desk: Client, guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "SPAN", 2)
    for text in ("two", "three", "four"):
        shop.say(guest.conversation, guest.actor, text)
    shop.write(guest.conversation, [NotePosted(name="Ada", text="careful")])
    address, pages = f"{EVENTS}?kinds=note.posted.v1&limit=5", 0
    found: list[int] = []
    while address:
        page = desk.get(address).json()
        found += positions(page)
        address, pages = page["next"], pages + 1
    assert (found, pages) == ([6], 3)


def test_an_event_is_what_a_webhook_has_in_its_data(
    shop: Shop, make_member: MakeMember, client_for: ClientFor, guest: Guest
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    shop.write(guest.conversation, [NotePosted(name="Ada", text="careful")])
    events = shop.read_all()
    for scopes in ((), ("personal:read", "notes:read")):
        client = program(shop, owner, client_for, "conversations.view", *scopes)
        told = {event["position"]: event for event in client.get(EVENTS).json()["results"]}
        sent = [payload.write(id_=new_id(), event=event, personal=bool(scopes)) for event in events]
        seen = [msgspec.json.decode(body)["data"] for body in sent]
        assert [told[data["position"]] for data in seen if data["position"] in told] == seen[: 3 if scopes else 2]


def test_a_thousand_a_page(shop: Shop, desk: Client, guest: Guest) -> None:
    shop.write(guest.conversation, [NotePosted(name="Ada", text=str(n)) for n in range(1200)])
    page = desk.get(EVENTS, {"limit": 1000}).json()
    assert (len(page["results"]), page["position"]) == (1000, 1000)
    assert len(desk.get(page["next"]).json()["results"]) == 202
