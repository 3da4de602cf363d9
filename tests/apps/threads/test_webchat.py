"""REST of web chat: visitors come in and come back; inboxes are changed by those who may."""

from typing import Any, Final
from uuid import UUID

import pytest
from django.test import Client

from conversations.channels.webchat.commands import add_inbox
from conversations.threads.events import ConversationResolved
from tenants.context import tenant_context
from tests.apps.threads.test_api import NOW, post, refused
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop

VISITORS: Final = "/api/v1/visitors"


@pytest.fixture
def site(shop: Shop, client_for: ClientFor) -> Client:
    """A browser in which nobody is signed in."""
    return client_for(shop.tenant)


@pytest.fixture
def admin(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="admin"))


def come(site: Client, inbox: str, token: str | None = None) -> Any:
    headers = {"authorization": f"Visitor {token}"} if token else {}
    return site.post(VISITORS, {"inbox": inbox}, content_type="application/json", headers=headers)


def start(site: Client, token: str) -> Any:
    headers = {"authorization": f"Visitor {token}"}
    return site.post(f"{VISITORS}/conversation", {}, content_type="application/json", headers=headers)


def change(client: Client, shop: Shop, **changes: Any) -> Any:
    return client.patch(f"/api/v1/inboxes/{shop.inbox}", changes, content_type="application/json")


def test_a_visitor_comes_and_comes_back(shop: Shop, site: Client) -> None:
    first = come(site, shop.inbox)
    assert first.status_code == 201
    met = first.json()
    assert met.keys() == {"token", "vouched", "contact", "conversation", "conversations", "inbox"}
    assert met["inbox"].keys() == {"name", "greeting", "color", "form", "queued", "edit_window_s"}
    assert len(met["token"]) >= 43, "256 bits"
    conversation = start(site, met["token"]).json()["id"]
    again = come(site, shop.inbox, met["token"])
    assert again.status_code == 200
    assert again.json() == {**met, "token": None, "conversation": conversation, "conversations": [conversation]}
    assert start(site, met["token"]).json() == {"id": conversation}


def test_every_new_visitor_is_somebody_else(shop: Shop, site: Client) -> None:
    met = [come(site, shop.inbox).json() for _ in range(3)]
    assert len({one["token"] for one in met}) == len({one["contact"]["id"] for one in met}) == 3
    assert len({start(site, one["token"]).json()["id"] for one in met}) == 3


def test_a_token_opens_its_own_inbox(shop: Shop, site: Client) -> None:
    with tenant_context(shop.tenant):
        other = add_inbox(name="Other", now=NOW).key
    met = come(site, shop.inbox).json()
    there = come(site, other, met["token"]).json()
    assert there["token"] not in {None, met["token"]}
    assert there["contact"]["id"] != met["contact"]["id"]


@pytest.mark.parametrize("token", ["wrong", "\x80", "x" * 3000, "a b", "云".encode().decode("latin-1")])
def test_an_unknown_token(shop: Shop, site: Client, token: str) -> None:
    assert refused(start(site, token)) == (401, "not_signed_in")
    assert come(site, shop.inbox, token).status_code == 201


def test_a_conversation_needs_a_token(site: Client, admin: Client) -> None:
    assert refused(post(site, f"{VISITORS}/conversation")) == (401, "not_signed_in")
    assert refused(post(admin, f"{VISITORS}/conversation")) == (401, "not_signed_in")


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "inbox"), ({"inbox": 5}, "inbox"), ({"inbox": None}, "inbox"), ({"inbox": "x", "name": "A"}, "name")],
)
def test_bodies_that_do_not_fit(site: Client, body: dict[str, Any], field: str) -> None:
    response = post(site, VISITORS, body)
    assert refused(response) == (422, "invalid")
    assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("key", ["", "nobody", "x" * 5000, "%", "\u2028"])
def test_an_unknown_inbox(site: Client, key: str) -> None:
    assert refused(post(site, VISITORS, {"inbox": key})) == (404, "not_found")


@pytest.mark.parametrize("key", ["\x00", "a\x00b", "\ud800"])
def test_a_key_that_cannot_be(site: Client, key: str) -> None:
    assert refused(post(site, VISITORS, {"inbox": key})) == (422, "invalid")


def test_who_was_resolved_goes_on_in_the_same(shop: Shop, site: Client) -> None:
    met = come(site, shop.inbox).json()
    conversation = start(site, met["token"]).json()["id"]
    shop.write(UUID(conversation), [ConversationResolved()])
    assert start(site, met["token"]).json() == {"id": conversation}


def test_inboxes_are_listed_and_changed(shop: Shop, admin: Client) -> None:
    (inbox,) = admin.get("/api/v1/inboxes").json()["results"]
    assert inbox == {
        "key": shop.inbox,
        "version": 1,
        "name": "Acme",
        "channel": "webchat",
        "origins": ["*"],
        "greeting": inbox["greeting"],
        "color": inbox["color"],
        "calendar": None,
        "require_vouching": False,
        "edit_window_s": 900,
        "queue": None,
        "outside_hours": inbox["outside_hours"],
        "form": [],
    }
    changed = change(
        admin, shop, name="云 Shop", origins=["https://Example.com:443/", " http://a.test "], color="#00ff00"
    )
    assert changed.status_code == 200
    assert changed.json() == {
        **inbox,
        "version": 2,
        "name": "云 Shop",
        "origins": ["https://example.com", "http://a.test"],
        "color": "#00ff00",
    }
    assert change(admin, shop, name="云 Shop").json()["version"] == 2, "the same again is no new version"
    assert admin.get("/api/v1/inboxes").json()["results"] == [changed.json()]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": None}, "name"),
        ({"color": "red"}, "color"),
        ({"color": "#00ff00\n"}, "color"),
        ({"greeting": {"en": "x" * 501}}, "greeting.en"),
        ({"greeting": {"fr": "x"}}, "greeting.fr"),
        ({"channel": "email"}, "channel"),
        ({"key": "mine"}, "key"),
        ({"origins": ["javascript:alert(1)"]}, "origins"),
        ({"origins": ["https://a.test/path"]}, "origins"),
        ({"origins": ["https://a.test:99999"]}, "origins"),
        ({"origins": ["https://user@a.test"]}, "origins"),
        ({"origins": ["https://a.test; script-src *"]}, "origins"),
        ({"origins": ["'self'"]}, "origins"),
        ({"origins": ["https://[::1"]}, "origins"),
        ({"origins": [f"https://a{n}.test" for n in range(51)]}, "origins"),
    ],
)
def test_changes_that_do_not_fit(shop: Shop, admin: Client, changes: dict[str, Any], field: str) -> None:
    response = change(admin, shop, **changes)
    assert refused(response) == (422, "invalid")
    assert response.json()["errors"][0]["field"] == field
    assert admin.get("/api/v1/inboxes").json()["results"][0]["version"] == 1


def test_an_inbox_that_is_not_there(admin: Client) -> None:
    response = admin.patch("/api/v1/inboxes/nobody", {"name": "x"}, content_type="application/json")
    assert refused(response) == (404, "not_found")
