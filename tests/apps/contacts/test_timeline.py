"""A contact's timeline: conversations, tickets and what is known, in one order, as far as one sees it."""

from typing import Any, Final

import pytest
from django.test import Client

from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import follow, program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

JSON: Final = "application/json"
TICKET: Final = {"title": "The parcel is late", "type": "task"}


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="where is it?")


def post(client: Client, path: str, body: object) -> Any:
    answer = client.post(path, body, content_type=JSON)
    assert answer.status_code < 300, answer.content
    return answer.json()


def live(owner: Client, guest: Guest) -> list[str]:
    """Let things happen; answer their kinds, the newest first."""
    post(owner, f"/api/v1/conversations/{guest.conversation}/messages", {"text": "On its way"})
    post(owner, f"/api/v1/conversations/{guest.conversation}/notes", {"text": "patient"})
    contact = f"/api/v1/contacts/{guest.actor.id}"
    owner.patch(contact, {"name": "Lei Wang"}, content_type=JSON)
    post(owner, f"{contact}/identities", {"kind": "email", "value": "lei@shop.example"})
    rows = read(owner, guest)["results"]
    return [row["kind"] for row in rows]


def read(client: Client, guest: Guest, **query: Any) -> Any:
    answer = client.get(f"/api/v1/contacts/{guest.actor.id}/timeline", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_all_in_one_order(shop: Shop, owner: Client, guest: Guest) -> None:
    kinds = live(owner, guest)
    assert kinds == [
        "contact.identity_added.v1",
        "contact.changed.v1",
        "note.posted.v1",
        "message.posted.v1",
        "message.posted.v1",
        "conversation.started.v1",
    ]
    shop.welcome(text="somebody else")
    assert [row["kind"] for row in read(owner, guest)["results"]] == kinds
    assert {row["kind"] for row in read(owner, guest, about="contact")["results"]} == {
        "contact.identity_added.v1",
        "contact.changed.v1",
    }
    assert len(read(owner, guest, about="conversation,ticket")["results"]) == 4


def test_page_by_page_and_back(owner: Client, guest: Guest) -> None:
    kinds = live(owner, guest)
    page = read(owner, guest, limit=2)
    seen = [row["position"] for row in page["results"]]
    assert page["previous"] is None
    while page["next"]:
        page = follow(owner, page["next"])
        seen += [row["position"] for row in page["results"]]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(kinds)
    before = follow(owner, page["previous"])
    assert [row["position"] for row in before["results"]] == seen[-4:-2]


def test_whoever_is_the_same_is_in_it(shop: Shop, owner: Client, guest: Guest) -> None:
    same = shop.welcome(text="me again")
    post(owner, f"/api/v1/contacts/{same.actor.id}/merge", {"into": str(guest.actor.id)})
    assert read(owner, guest)["results"] == read(owner, same)["results"]
    said = [row["body"]["text"] for row in read(owner, guest)["results"] if row["kind"] == "message.posted.v1"]
    assert said == ["me again", "where is it?"]


def test_who_sees_what(shop: Shop, owner: Client, guest: Guest, client_for: ClientFor, make_member: MakeMember) -> None:
    live(owner, guest)
    post(owner, "/api/v1/roles", {"key": "helper", "name": "Helper", "permissions": ["conversations.view"]})
    helper = make_member(shop.tenant)
    owner.patch(f"/api/v1/members/{helper.person_id}", {"role": "helper"}, content_type=JSON)
    limited = client_for(shop.tenant, helper)
    assert {row["kind"].split(".")[0] for row in read(limited, guest)["results"]} == {"contact"}
    robot = program(shop, owner, client_for, "conversations.view")
    rows = read(robot, guest)["results"]
    assert "note.posted.v1" not in {row["kind"] for row in rows}
    assert {row["body"]["text"] for row in rows if row["kind"] == "message.posted.v1"} == {None}


def test_what_is_asked_wrongly(owner: Client, guest: Guest) -> None:
    path = f"/api/v1/contacts/{guest.actor.id}/timeline"
    assert refused(owner.get(path, {"about": "conversation,weather"})) == (422, "invalid")
    assert refused(owner.get(f"/api/v1/contacts/{guest.conversation}/timeline")) == (404, "not_found")
