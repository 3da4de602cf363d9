"""Another tenant's id, key, token or cursor is answered byte for byte like one that never was, and changes nothing."""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from conversations.engine.streams import new_subject
from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tests.apps.threads.test_api import BASE, post, refused
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.shop import Guest, Shop

CANARY = "canary-of-the-other"


@pytest.fixture
def other(make_tenant: MakeTenant) -> Shop:
    return Shop(tenant=make_tenant(name=CANARY))


@pytest.fixture
def stranger(other: Shop) -> Guest:
    return other.welcome(text=CANARY)


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    """The most powerful of this tenant."""
    shop.welcome(text="mine")
    return client_for(shop.tenant, make_member(shop.tenant, role="owner"))


def exactly(response: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    return response.status_code, sorted(response.items()), response.content


CALLS: dict[str, Callable[[Client, object], Any]] = {
    "look": lambda client, id_: client.get(f"{BASE}/{id_}"),
    "take": lambda client, id_: post(client, f"{BASE}/{id_}/take"),
    "assign": lambda client, id_: post(client, f"{BASE}/{id_}/assign", {"member": None}),
    "notes": lambda client, id_: post(client, f"{BASE}/{id_}/notes", {"id": "1", "text": "x"}),
    "resolve": lambda client, id_: post(client, f"{BASE}/{id_}/resolve"),
    "reopen": lambda client, id_: post(client, f"{BASE}/{id_}/reopen"),
    "list": lambda client, id_: client.get(f"{BASE}?assignee={id_}"),
}


@pytest.mark.parametrize("call", CALLS)
def test_conversations(owner: Client, other: Shop, stranger: Guest, call: str) -> None:
    before = rows(other)
    theirs = exactly(CALLS[call](owner, stranger.conversation))
    assert theirs == exactly(CALLS[call](owner, new_subject()))
    assert theirs[0] in {200, 404}
    assert rows(other) == before


def rows(shop: Shop) -> list[Any]:
    with tenant_context(shop.tenant):
        return [*ConversationRow.objects.values(), *shop.read(ConversationRow.objects.get().id)]


def test_inboxes(owner: Client, other: Shop) -> None:
    def change(key: str) -> Any:
        return owner.patch(f"/api/v1/inboxes/{key}", {"name": "mine now"}, content_type="application/json")

    def come(key: str) -> Any:
        return post(owner, "/api/v1/visitors", {"inbox": key})

    unknown = secrets.token_urlsafe(15)
    for call in (change, come):
        assert exactly(call(other.inbox)) == exactly(call(unknown))
        assert refused(call(other.inbox)) == (404, "not_found")


def test_visitors_tokens(shop: Shop, client_for: ClientFor, stranger: Guest) -> None:
    anybody = client_for(shop.tenant)

    def start(token: str) -> Any:
        headers = {"authorization": f"Visitor {token}"}
        return anybody.post("/api/v1/visitors/conversation", {}, content_type="application/json", headers=headers)

    def ticket(token: str) -> Any:
        headers = {"authorization": f"Visitor {token}"}
        return anybody.post("/api/v1/live-tickets", {}, content_type="application/json", headers=headers)

    for call in (start, ticket):
        assert exactly(call(stranger.token)) == exactly(call(secrets.token_urlsafe(32)))
        assert refused(call(stranger.token)) == (401, "not_signed_in")


def test_another_tenants_token_is_a_new_visitor(shop: Shop, client_for: ClientFor, stranger: Guest) -> None:
    response = client_for(shop.tenant).post(
        "/api/v1/visitors", {"inbox": shop.inbox}, content_type="application/json", headers=stranger.headers
    )
    assert response.status_code == 201
    assert response.json()["contact"]["id"] != str(stranger.actor.id)
    assert response.json()["conversation"] is None


def test_cursors(owner: Client, other: Shop, client_for: ClientFor, make_member: MakeMember) -> None:
    theirs = client_for(other.tenant, make_member(other.tenant))
    for text in "ab":
        other.welcome(text=text)
    (cursor,) = parse_qs(urlsplit(theirs.get(f"{BASE}?limit=1").json()["next"]).query)["cursor"]
    assert theirs.get(BASE, {"cursor": cursor}).status_code == 200
    assert refused(owner.get(BASE, {"cursor": cursor})) == (422, "invalid")
    assert exactly(owner.get(BASE, {"cursor": cursor})) == exactly(owner.get(BASE, {"cursor": cursor[:-1] + "_"}))


def test_sessions(shop: Shop, other: Shop, client_for: ClientFor, make_member: MakeMember) -> None:
    """A session of one tenant is nobody's on another's host."""
    browser = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    elsewhere = client_for(other.tenant)
    elsewhere.cookies = browser.cookies
    assert browser.get(BASE).status_code == 200
    assert refused(elsewhere.get(BASE)) == (401, "not_signed_in")
    assert refused(post(elsewhere, "/api/v1/live-tickets")) == (401, "not_signed_in")


def test_nothing_of_another_is_in_any_list(owner: Client, other: Shop, stranger: Guest) -> None:
    for path in (BASE, "/api/v1/inboxes", "/api/v1/members", "/api/v1/me"):
        text = owner.get(path).content.decode()
        for secret in (CANARY, str(stranger.conversation), str(stranger.actor.id), other.inbox, other.tenant.schema):
            assert secret not in text


def test_assigning_to_another_tenants_member(shop: Shop, owner: Client, other: Shop, make_member: MakeMember) -> None:
    guest, theirs = shop.welcome(text="x"), make_member(other.tenant)
    found = [
        post(owner, f"{BASE}/{guest.conversation}/assign", {"member": id_}) for id_ in (theirs.person_id, new_subject())
    ]
    assert exactly(found[0]) == exactly(found[1])
    assert refused(found[0]) == (422, "invalid")
