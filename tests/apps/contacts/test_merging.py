"""Duplicates are proposed; two contacts are shown as one and nothing of either is lost; it is taken back exactly."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from conversations.channels.webchat.commands import let_in
from conversations.contacts.models import Contact, ContactIdentity
from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tests.apps.contacts.test_filters import found
from tests.apps.contacts.test_identities import add, known
from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop
from tests.site import Site

NOW: Final = datetime.now(UTC)
CONTACTS: Final = "/api/v1/contacts"
CONVERSATIONS: Final = "/api/v1/conversations"
JSON: Final = "application/json"


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


@pytest.fixture
def guests(shop: Shop) -> list[Guest]:
    return [shop.welcome(text=f"asks {number}") for number in range(3)]


def post(client: Client, contact: object, what: str, **body: object) -> Any:
    said = {name: str(value) for name, value in body.items()}
    return client.post(f"{CONTACTS}/{contact}/{what}", said, content_type=JSON)


def duplicates(client: Client, contact: object) -> list[tuple[str, list[tuple[str, int]]]]:
    rows = client.get(f"{CONTACTS}/{contact}/duplicates").json()["results"]
    return [(row["contact"]["id"], [(one["kind"], one["verified"]) for one in row["matches"]]) for row in rows]


def told(shop: Shop, *kinds: str) -> list[dict[str, Any]]:
    return [event.body for event in shop.read_all() if event.kind in {f"contact.{kind}.v1" for kind in kinds}]


def everything(shop: Shop) -> list[object]:
    """Answer every row of contacts, identities and conversations, and what was said."""
    with tenant_context(shop.tenant):
        rows = [list(model.objects.order_by("id").values()) for model in (Contact, ContactIdentity, ConversationRow)]
    return [*rows, [(e.stream, e.seq, e.body) for e in shop.read_all() if e.kind == "message.posted.v1"]]


def test_a_duplicate_is_proposed_on_arrival(shop: Shop, agent: Client, guests: list[Guest]) -> None:
    one, two, three = (str(guest.actor.id) for guest in guests)
    add(agent, one, "email", "lei@shop.example", verified=True)
    add(agent, two, "email", "Lei@Shop.example")
    site = Site(tenant=shop.tenant, inbox=shop.inbox)
    with tenant_context(shop.tenant):
        identity = site.vouch("c-1", email="LEI@shop.example", email_verified=True)
        met = str(let_in(inbox=shop.inbox, token=None, identity=identity, now=NOW).actor.id)
    assert told(shop, "duplicate_found") == [
        {"contact": two, "other": one, "types": ["email"], "verified": False},
        {"contact": met, "other": one, "types": ["email"], "verified": True},
        {"contact": met, "other": two, "types": ["email"], "verified": False},
    ]
    assert duplicates(agent, one) == [(met, [("email", 2)]), (two, [("email", 1)])]
    assert duplicates(agent, three) == []


def test_the_same_name_on_the_site_in_two_inboxes(shop: Shop, agent: Client, guests: list[Guest]) -> None:
    site = Site(tenant=shop.tenant, inbox=shop.inbox)
    with tenant_context(shop.tenant):
        met = str(let_in(inbox=shop.inbox, token=None, identity=site.vouch("c-1"), now=NOW).actor.id)
    add(agent, str(guests[0].actor.id), "external_id", "c-1")
    assert duplicates(agent, met) == [(str(guests[0].actor.id), [("external_id", 1)])]


def test_who_is_not_the_same_is_proposed_no_more(shop: Shop, agent: Client, guests: list[Guest]) -> None:
    one, two, _ = (str(guest.actor.id) for guest in guests)
    for contact in (one, two):
        add(agent, contact, "line", "lei")
    for _ in range(2):
        assert agent.delete(f"{CONTACTS}/{two}/duplicates/{one}").status_code == 204
    assert (duplicates(agent, one), duplicates(agent, two)) == ([], [])
    assert told(shop, "duplicate_dismissed") == [{"contact": two, "other": one}]


def test_two_are_shown_as_one(shop: Shop, agent: Client, guests: list[Guest]) -> None:
    one, two, _ = (str(guest.actor.id) for guest in guests)
    add(agent, one, "email", "old@shop.example")
    add(agent, two, "email", "new@shop.example")
    shown = post(agent, one, "merge", into=two)
    assert (shown.status_code, shown.json()["id"]) == (200, two)
    rows = agent.get(CONVERSATIONS, {"contact": two}).json()["results"]
    assert {row["id"] for row in rows} == {str(guest.conversation) for guest in guests[:2]}
    assert {row["contact"]["id"] for row in rows} == {two}
    assert {row["contact_id"] for row in rows} == {one, two}
    (full,) = [
        row
        for row in agent.get(CONVERSATIONS, {"contact": one, "expand": "contact"}).json()["results"]
        if row["id"] == str(guests[0].conversation)
    ]
    assert full["contact"] == agent.get(f"{CONTACTS}/{two}").json()
    assert agent.get(f"{CONTACTS}/{one}").json()["merged_into"] == two
    assert found(agent, email="old@shop.example") == [two]
    assert [value for _, value, *_ in known(agent, two)] == ["old@shop.example", "new@shop.example"]
    assert found(agent) == [str(guests[2].actor.id), two]
    (merged,) = agent.get(f"{CONTACTS}/{two}/merged").json()["results"]
    assert (merged["contact"]["id"], merged["into"]) == (one, two)


def test_it_is_taken_back_exactly(shop: Shop, agent: Client, guests: list[Guest]) -> None:
    one, two, three = (str(guest.actor.id) for guest in guests)
    add(agent, one, "email", "lei@shop.example")
    post(agent, one, "merge", into=two)
    before = everything(shop)
    post(agent, two, "merge", into=three)
    assert {row["contact"]["id"] for row in agent.get(CONVERSATIONS).json()["results"]} == {three}
    shown = post(agent, two, "unmerge")
    assert (shown.status_code, shown.json()["merged_into"]) == (200, None)
    assert everything(shop) == before
    assert {row["contact"]["id"] for row in agent.get(CONVERSATIONS).json()["results"]} == {two, three}
    assert refused(post(agent, two, "unmerge")) == (409, "not_merged")


def test_nothing_that_is_said_meanwhile_is_lost(
    shop: Shop, agent: Client, client_for: ClientFor, guests: list[Guest]
) -> None:
    first, second, _ = guests
    browser = client_for(shop.tenant)
    post(agent, first.actor.id, "merge", into=second.actor.id)
    path = f"{CONVERSATIONS}/{first.conversation}/messages"
    with tenant_context(shop.tenant):
        back = let_in(inbox=shop.inbox, token=first.token, now=NOW)
    assert (back.actor.id, back.conversation) == (first.actor.id, first.conversation), "they are known by their token"
    assert back.conversations == [first.conversation], "and see nothing of the other's"
    shop.say(first.conversation, first.actor, "meanwhile")
    assert agent.post(path, {"id": "m", "text": "answered"}, content_type=JSON).status_code == 201
    started = browser.post("/api/v1/visitors/conversation", {}, content_type=JSON, headers=first.headers)
    assert started.json() == {"id": str(first.conversation)}
    assert browser.post("/api/v1/live-tickets", headers=first.headers).status_code == 201
    post(agent, first.actor.id, "unmerge")
    said = [row["text"] for row in agent.get(path).json()["results"]]
    assert said == ["asks 0", "meanwhile", "answered"]
    (row,) = agent.get(CONVERSATIONS, {"contact": str(first.actor.id)}).json()["results"]
    assert (row["id"], row["last_text"]) == (str(first.conversation), "answered")


def test_what_is_refused(agent: Client, guests: list[Guest]) -> None:
    one, two, three = (guest.actor.id for guest in guests)
    assert refused(post(agent, one, "merge", into=one)) == (422, "invalid")
    assert refused(post(agent, one, "merge", into=guests[0].conversation)) == (404, "not_found")
    assert refused(agent.delete(f"{CONTACTS}/{one}/duplicates/{guests[0].conversation}")) == (404, "not_found")
    post(agent, one, "merge", into=two)
    assert post(agent, one, "merge", into=two).status_code == 200
    assert refused(post(agent, one, "merge", into=three)) == (409, "already_merged")
    assert refused(post(agent, three, "merge", into=one)) == (409, "already_merged")


def test_it_is_audited(
    shop: Shop, agent: Client, client_for: ClientFor, make_member: MakeMember, guests: list[Guest]
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    one, two, three = (str(guest.actor.id) for guest in guests)
    for _ in range(2):
        post(agent, one, "merge", into=two)
    post(agent, one, "unmerge")
    agent.delete(f"{CONTACTS}/{one}/duplicates/{three}")
    rows = owner.get("/api/v1/audit").json()["results"]
    assert [(row["action"], row["target"]["id"]) for row in rows if row["target"]["kind"] == "contact"] == [
        ("contact.not_same", one),
        ("contact.unmerged", one),
        ("contact.merged", one),
    ]


def test_who_may(
    shop: Shop, agent: Client, client_for: ClientFor, make_member: MakeMember, guests: list[Guest]
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    one, two, _ = (str(guest.actor.id) for guest in guests)
    for contact in (one, two):
        add(agent, contact, "line", "lei")
    assert refused(post(viewer, one, "merge", into=two)) == (403, "not_allowed")
    assert refused(agent.get(f"{CONTACTS}/{one}/duplicates", headers={"authorization": "Bearer x"}))[0] == 401
    blind = program(shop, owner, client_for, "conversations.view", "contacts.edit")
    assert refused(blind.get(f"{CONTACTS}/{one}/duplicates")) == (403, "not_allowed")
    assert post(blind, one, "merge", into=two).json()["name"] is None
    (merged,) = blind.get(f"{CONTACTS}/{two}/merged").json()["results"]
    assert (merged["contact"]["id"], merged["contact"]["name"]) == (one, None)


def test_who_signs_in_leaves_what_was_said_by_hand(shop: Shop, agent: Client, guests: list[Guest]) -> None:
    one, two, three = guests
    site = Site(tenant=shop.tenant, inbox=shop.inbox)
    post(agent, three.actor.id, "merge", into=one.actor.id)
    post(agent, one.actor.id, "merge", into=two.actor.id)
    with tenant_context(shop.tenant):
        met = let_in(inbox=shop.inbox, token=one.token, identity=site.vouch("c-1", name="Lei"), now=NOW).actor.id
    rows = agent.get(CONVERSATIONS).json()["results"]
    assert {row["id"]: row["contact"]["id"] for row in rows} == {
        str(one.conversation): str(met),
        str(two.conversation): str(two.actor.id),
        str(three.conversation): str(met),
    }
    post(agent, three.actor.id, "unmerge")
    (row,) = agent.get(CONVERSATIONS, {"contact": str(three.actor.id)}).json()["results"]
    assert row["contact"]["id"] == str(three.actor.id)


def test_who_is_erased_is_erased_with_all_that_they_are(
    shop: Shop, client_for: ClientFor, make_member: MakeMember, guests: list[Guest]
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    one, two, three = guests
    for guest in (one, two):
        owner.patch(f"{CONTACTS}/{guest.actor.id}", {"name": "Gone-Away"}, content_type=JSON)
    post(owner, one.actor.id, "merge", into=two.actor.id)
    post(owner, one.actor.id, "unmerge")
    post(owner, one.actor.id, "merge", into=two.actor.id)
    erased = post(owner, one.actor.id, "erase").json()
    assert erased == {"contact": str(two.actor.id), "conversations": 2}
    assert "Gone-Away" not in str([event.body for event in shop.read_all()])
    assert refused(post(owner, two.actor.id, "merge", into=three.actor.id)) == (409, "contact_gone")
    assert refused(post(owner, one.actor.id, "unmerge")) == (409, "contact_gone")
