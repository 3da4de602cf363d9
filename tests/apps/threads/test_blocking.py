"""Blocked contacts: they read on, what they write is refused; colleagues see it; it is taken back, and audited."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from conversations.channels.webchat.commands import let_in
from conversations.contacts.rules import ContactBlocked
from conversations.engine.models import Stream
from conversations.threads import commands
from tenants.context import tenant_context
from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.rows import NOW
from tests.shop import Guest, Shop
from tests.site import Site

BASE: Final = "/api/v1/contacts"
CONVERSATIONS: Final = "/api/v1/conversations"
JSON: Final = "application/json"


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="hello")


def act(client: Client, guest: Guest, what: str, **body: str) -> Any:
    return client.post(f"{BASE}/{guest.actor.id}/{what}", body, content_type=JSON)


def say(shop: Shop, guest: Guest, id_: str) -> None:
    with tenant_context(shop.tenant):
        said: Any = {"conversation": guest.conversation, "actor": guest.actor, "client_id": id_}
        commands.post_message(**said, text="let me in", now=NOW)


def test_what_they_write_is_refused(shop: Shop, agent: Client, client_for: ClientFor, guest: Guest) -> None:
    for _ in range(2):
        shown = act(agent, guest, "block")
        assert (shown.status_code, shown.json()["blocked"]) == (200, True)
    with pytest.raises(ContactBlocked):
        say(shop, guest, "m1")
    browser = client_for(shop.tenant)
    started = browser.post("/api/v1/visitors/conversation", {}, content_type=JSON, headers=guest.headers)
    assert refused(started) == (403, "contact_blocked")
    with tenant_context(shop.tenant):
        back = let_in(inbox=shop.inbox, token=guest.token, now=NOW)
        assert back.conversation == guest.conversation, "they may read"
        assert Stream.objects.get(id=guest.conversation).access == 2, "who may write is asked anew, once"
    (row,) = agent.get(CONVERSATIONS).json()["results"]
    assert row["contact"]["blocked"] is True
    path = f"{CONVERSATIONS}/{guest.conversation}/messages"
    assert agent.post(path, {"text": "no"}, content_type=JSON).status_code == 201, "colleagues may still answer"
    assert act(agent, guest, "unblock").json()["blocked"] is False
    say(shop, guest, "m2")
    texts = [row["text"] for row in agent.get(path).json()["results"]]
    assert texts == ["hello", "no", "let me in"]


def test_whoever_is_one_with_them_is_blocked_too(shop: Shop, agent: Client, guest: Guest) -> None:
    other, third = shop.welcome(text="me, too"), shop.welcome(text="and me")
    act(agent, other, "merge", into=str(guest.actor.id))
    act(agent, other, "block")
    for one in (guest, other):
        with pytest.raises(ContactBlocked):
            say(shop, one, "m1")
    assert refused(act(agent, third, "merge", into=str(guest.actor.id))) == (409, "one_is_blocked")
    act(agent, other, "unmerge")
    with pytest.raises(ContactBlocked):
        say(shop, other, "m2")
    members = [event.body for event in shop.read_all() if event.kind == "contact.blocked.v1"]
    assert members == [{"contact": str(guest.actor.id), "members": [str(guest.actor.id), str(other.actor.id)]}]


def test_it_is_audited(shop: Shop, agent: Client, client_for: ClientFor, make_member: MakeMember, guest: Guest) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    for what in ("block", "block", "unblock", "unblock"):
        act(agent, guest, what)
    rows = owner.get("/api/v1/audit").json()["results"]
    told = [row["action"] for row in rows if row["target"] == {**row["target"], "id": str(guest.actor.id)}]
    assert told == ["contact.unblocked", "contact.blocked"]


def test_who_may(shop: Shop, client_for: ClientFor, make_member: MakeMember, guest: Guest) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    assert refused(act(viewer, guest, "block")) == (403, "not_allowed")
    assert refused(act(program(shop, owner, client_for, "conversations.view"), guest, "block"))[0] == 403
    blind = program(shop, owner, client_for, "conversations.view", "contacts.edit")
    assert (act(blind, guest, "block").json()["blocked"], act(blind, guest, "block").json()["name"]) == (True, None)
    act(owner, guest, "erase")
    assert refused(act(owner, guest, "unblock")) == (409, "contact_gone")


def test_a_blocked_one_who_signs_in_somewhere_is_told_to_be_blocked(shop: Shop, agent: Client, guest: Guest) -> None:
    site = Site(tenant=shop.tenant, inbox=shop.inbox)
    with tenant_context(shop.tenant):
        met = let_in(inbox=shop.inbox, token=None, identity=site.vouch("c-1"), now=datetime.now(UTC)).actor.id
        assert agent.post(f"{BASE}/{met}/block", {}, content_type=JSON).json()["blocked"] is True
        let_in(inbox=shop.inbox, token=guest.token, identity=site.vouch("c-1"), now=datetime.now(UTC))
    told = [event.kind for event in shop.read_all() if event.kind in {"contact.merged.v1", "contact.blocked.v1"}]
    assert told == ["contact.blocked.v1", "contact.merged.v1", "contact.blocked.v1"], "desks take it as told last"
    (row,) = agent.get(CONVERSATIONS).json()["results"]
    assert (row["contact_id"], row["contact"]["blocked"]) == (str(met), True)
