"""Labels and priority of a conversation: put on, taken off, listed and filtered by; the contact hears of none."""

from typing import Any

import pytest
from django.test import Client

from conversations.engine import log
from conversations.threads.events import ConversationPrioritized, ConversationTagged
from tenants.context import tenant_context
from tests.apps.threads.test_api import BASE
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

JSON = "application/json"


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello")


def ask(client: Client, guest: Guest, what: str, body: dict[str, Any]) -> Any:
    return client.post(f"{BASE}/{guest.conversation}/{what}", body, content_type=JSON)


def found(client: Client, **asked: str) -> list[str]:
    return [row["id"] for row in client.get(BASE, asked).json()["results"]]


def test_tags_are_put_on_once_and_taken_off(shop: Shop, agent: Client, guest: Guest) -> None:
    said = ask(agent, guest, "tags", {"add": ["VIP", "refund", "退款"]})
    assert (said.status_code, said.json()["tags"]) == (200, ["refund", "vip", "退款"])
    assert ask(agent, guest, "tags", {"add": ["vip"], "remove": ["never there"]}).json()["tags"] == said.json()["tags"]
    assert ask(agent, guest, "tags", {"add": ["new"], "remove": ["Vip"]}).json()["tags"] == ["new", "refund", "退款"]
    with tenant_context(shop.tenant):
        told = [e.body for e in log.read_tenant(after=0) if e.kind == ConversationTagged.kind]
    assert [(each["added"], each["removed"]) for each in told] == [(["refund", "vip", "退款"], []), (["new"], ["vip"])]


def test_priority_is_said_once(shop: Shop, agent: Client, guest: Guest) -> None:
    for _ in range(2):
        assert ask(agent, guest, "priority", {"priority": "urgent"}).json()["priority"] == "urgent"
    with tenant_context(shop.tenant):
        told = [event for event in log.read_tenant(after=0) if event.kind == ConversationPrioritized.kind]
    assert len(told) == 1


def test_lists_by_tag_and_by_priority(shop: Shop, agent: Client, guest: Guest) -> None:
    other = shop.welcome(text="hi")
    ask(agent, guest, "tags", {"add": ["refund", "vip"]})
    ask(agent, other, "tags", {"add": ["vip"]})
    ask(agent, other, "priority", {"priority": "low"})
    assert found(agent, tag="Refund") == [str(guest.conversation)]
    assert found(agent, tag="vip") == [str(other.conversation), str(guest.conversation)]
    assert found(agent, tag="vip", priority="low") == [str(other.conversation)]
    assert found(agent, tag="vi") == found(agent, priority="high") == []


def test_what_is_refused(
    shop: Shop, agent: Client, guest: Guest, make_member: MakeMember, client_for: ClientFor
) -> None:
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    assert ask(viewer, guest, "tags", {"add": ["x"]}).status_code == 403
    assert ask(viewer, guest, "priority", {"priority": "low"}).status_code == 403
    for tag in ("", " x", "x ", "a,b", "a\nb", "x" * 41):
        assert ask(agent, guest, "tags", {"add": [tag]}).status_code == 422, tag
    assert ask(agent, guest, "priority", {"priority": "asap"}).status_code == 422
    ask(agent, guest, "tags", {"add": [f"t{n}" for n in range(20)]})
    refused = ask(agent, guest, "tags", {"add": ["one more"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_tags")


def test_the_contact_is_shown_neither(shop: Shop, agent: Client, guest: Guest) -> None:
    with tenant_context(shop.tenant):
        before = log.read_stream(stream=guest.conversation, after=0)
    ask(agent, guest, "tags", {"add": ["difficult"]})
    ask(agent, guest, "priority", {"priority": "low"})
    with tenant_context(shop.tenant):
        assert log.read_stream(stream=guest.conversation, after=0) == before
