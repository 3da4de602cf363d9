"""Identities over REST: several a contact, verified or not; told by the site and by forms; found, erased."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client

from conversations.channels.webchat.commands import change_inbox, get_conversation_to_write_in, let_in
from conversations.contacts.models import Contact, ContactIdentity
from conversations.threads.actors import SYSTEM
from tenants.context import tenant_context
from tests.apps.contacts.test_filters import found
from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop
from tests.site import Site

NOW: Final = datetime.now(UTC)
CONTACTS: Final = "/api/v1/contacts"
JSON: Final = "application/json"
NUMBER: Final = "+8613800138000"


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


@pytest.fixture
def contact(shop: Shop) -> str:
    return str(shop.welcome(text="hello").actor.id)


def add(client: Client, contact: str, kind: str, value: str, **more: bool) -> Any:
    body = {"kind": kind, "value": value, **more}
    return client.post(f"{CONTACTS}/{contact}/identities", body, content_type=JSON)


def act(client: Client, contact: str, identity: str, what: str) -> Any:
    return client.post(f"{CONTACTS}/{contact}/identities/{identity}/{what}", {}, content_type=JSON)


def known(client: Client, contact: str) -> list[tuple[str, str, bool, bool]]:
    rows = client.get(f"{CONTACTS}/{contact}/identities").json()["results"]
    return [(row["kind"], row["value"], row["primary"], row["verified_at"] is not None) for row in rows]


def told(shop: Shop) -> list[tuple[str, Any]]:
    events = [event for event in shop.read_all() if event.kind.startswith("contact.identity_")]
    return [(event.kind.split(".")[1].removeprefix("identity_"), event.body.get("value")) for event in events]


def test_several_of_a_kind(shop: Shop, agent: Client, contact: str) -> None:
    one = add(agent, contact, "email", "Lei@Shop.example")
    assert one.status_code == 201, one.content
    two = add(agent, contact, "email", "lei@home.example", verified=True).json()
    add(agent, contact, "phone", "+86 138 0013 8000")
    add(agent, contact, "wechat", "lei_w")
    assert known(agent, contact) == [
        ("email", "lei@shop.example", True, False),
        ("email", "lei@home.example", False, True),
        ("phone", NUMBER, True, False),
        ("wechat", "lei_w", True, False),
    ]
    assert act(agent, contact, two["id"], "prefer").json()["primary"] is True
    assert act(agent, contact, one.json()["id"], "verify").json()["verified_at"] is not None
    shown = agent.get(f"{CONTACTS}/{contact}").json()
    assert (shown["email"], shown["phone"], shown["external_id"]) == ("lei@home.example", NUMBER, None)
    assert agent.delete(f"{CONTACTS}/{contact}/identities/{two['id']}").status_code == 204
    assert agent.get(f"{CONTACTS}/{contact}").json()["email"] == "lei@shop.example"
    assert [what for what, _ in told(shop)] == ["added"] * 4 + ["preferred", "verified", "removed", "preferred"]


def test_the_same_again_is_one(shop: Shop, agent: Client, contact: str) -> None:
    ids = {add(agent, contact, "phone", text).json()["id"] for text in (NUMBER, "+86 138-0013-8000")}
    assert len(ids) == 1
    assert told(shop) == [("added", NUMBER)]


def test_found_by_each_of_them(agent: Client, contact: str) -> None:
    add(agent, contact, "email", "lei@shop.example")
    add(agent, contact, "email", "lei@home.example")
    add(agent, contact, "phone", NUMBER)
    add(agent, contact, "external_id", "crm-7")
    asked = {"email": "LEI@home.example", "phone": "+86 (138) 0013-8000", "external_id": "crm-7"}
    for name, value in asked.items():
        assert found(agent, **{name: value}) == [contact]
    assert found(agent, **asked) == [contact]
    assert found(agent, email="lei@elsewhere.example") == []


@pytest.mark.parametrize(("kind", "value"), [("phone", "138 0013 8000"), ("email", "lei"), ("fax", "1"), ("x", " ")])
def test_what_is_none(agent: Client, contact: str, kind: str, value: str) -> None:
    assert refused(add(agent, contact, kind, value)) == (422, "invalid")


def test_what_the_site_says(shop: Shop, agent: Client, client_for: ClientFor) -> None:
    site = Site(tenant=shop.tenant, inbox=shop.inbox)
    with tenant_context(shop.tenant):
        said = {"email": "Lei@Shop.example", "email_verified": True, "phone": "12"}
        contact = str(let_in(inbox=shop.inbox, token=None, identity=site.vouch("c-1", **said), now=NOW).actor.id)
        let_in(inbox=shop.inbox, token=None, identity=site.vouch("c-1", **said), now=NOW)
        let_in(inbox=shop.inbox, token=None, identity=site.vouch("c-1", email="lei@new.example"), now=NOW)
    assert sorted(known(agent, contact)) == [
        ("email", "lei@new.example", True, False),
        ("email", "lei@shop.example", False, True),
        ("external_id", "c-1", True, True),
    ]
    assert told(shop) == [("added", "lei@shop.example"), ("added", "lei@new.example")]
    shown = agent.get(f"{CONTACTS}/{contact}").json()
    assert (shown["email"], shown["phone"], shown["external_id"]) == ("lei@new.example", "12", "c-1")
    rows = agent.get(f"{CONTACTS}/{contact}/identities").json()["results"]
    (vouched,) = [row for row in rows if row["kind"] == "external_id"]
    assert vouched["inbox"] == shop.inbox
    assert refused(act(agent, contact, vouched["id"], "verify")) == (409, "identity_told")
    assert refused(agent.delete(f"{CONTACTS}/{contact}/identities/{vouched['id']}")) == (409, "identity_told")
    assert refused(_come(client_for(shop.tenant), site.vouch("c-1", email_verified="yes"), shop)) == (
        401,
        "identity_invalid",
    )


def _come(browser: Client, identity: str, shop: Shop) -> Any:
    return browser.post("/api/v1/visitors", {"inbox": shop.inbox, "identity": identity}, content_type=JSON)


def test_what_is_filled_in_is_known_and_stays_after_signing_in(shop: Shop, agent: Client) -> None:
    site, labels = Site(tenant=shop.tenant, inbox=shop.inbox), {"en": "x", "zh": "x"}
    form = [{"key": kind, "type": kind, "labels": labels} for kind in ("email", "phone")]
    with tenant_context(shop.tenant):
        change_inbox(key=shop.inbox, changes={"form": form}, actor=SYSTEM, now=NOW)
        guest = let_in(inbox=shop.inbox, token=None, now=NOW)
        given = {"email": "Lei@home.example", "phone": "12345"}
        get_conversation_to_write_in(contact=guest.actor.id, inbox=shop.inbox, now=NOW, answers=given)
        assert known(agent, str(guest.actor.id)) == [("email", "lei@home.example", True, False)]
        assert agent.get(f"{CONTACTS}/{guest.actor.id}").json()["email"] == "lei@home.example"
        identity = site.vouch("c-1", email="lei@shop.example")
        met = let_in(inbox=shop.inbox, token=guest.token, identity=identity, now=NOW)
    assert sorted(known(agent, str(met.actor.id))) == [
        ("email", "lei@home.example", False, False),
        ("email", "lei@shop.example", True, False),
        ("external_id", "c-1", True, True),
    ]
    assert found(agent, email="lei@home.example") == [str(met.actor.id)]


def test_tokens_are_nobodys_to_see(agent: Client, contact: str, shop: Shop) -> None:
    with tenant_context(shop.tenant):
        (token,) = ContactIdentity.objects.filter(contact_id=contact)
    assert known(agent, contact) == []
    assert refused(agent.delete(f"{CONTACTS}/{contact}/identities/{token.id}")) == (404, "not_found")
    assert refused(act(agent, contact, str(token.id), "verify")) == (404, "not_found")


def test_who_may(shop: Shop, agent: Client, client_for: ClientFor, make_member: MakeMember, contact: str) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    one = add(agent, contact, "email", "lei@shop.example").json()
    assert refused(add(viewer, contact, "x", "lei")) == (403, "not_allowed")
    assert known(viewer, contact) == known(agent, contact)
    blind = program(shop, owner, client_for, "conversations.view", "contacts.edit")
    assert refused(add(blind, contact, "email", "lei@shop.example")) == (403, "not_allowed")
    assert act(blind, contact, one["id"], "verify").json()["value"] is None
    seeing = program(shop, owner, client_for, "conversations.view", "contacts.edit", "personal:read")
    assert add(seeing, contact, "x", "lei").json()["value"] == "lei"
    assert refused(client_for(shop.tenant).get(f"{CONTACTS}/{contact}/identities"))[0] == 401


def test_who_was_erased_has_none(shop: Shop, client_for: ClientFor, make_member: MakeMember, contact: str) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    add(owner, contact, "email", "gone@shop.example")
    assert owner.post(f"{CONTACTS}/{contact}/erase", {}, content_type=JSON).status_code == 200
    assert known(owner, contact) == []
    assert told(shop) == [("added", "")]
    assert found(owner, email="gone@shop.example") == []
    assert refused(add(owner, contact, "email", "gone@shop.example")) == (409, "contact_gone")


def test_what_the_site_had_told_before_is_taken_over(
    shop: Shop, client_for: ClientFor, make_member: MakeMember, customers: list[str]
) -> None:
    migration = import_module("conversations.migrations.0022_identities")
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    with tenant_context(shop.tenant):
        Contact.objects.filter(id=customers[3]).update(email="no address", phone="+86 (138) 0013-8000")
        with connection.cursor() as cursor:
            for statement in (migration.EMAILS, migration.PHONES) * 2:
                cursor.execute(statement)
    assert known(viewer, customers[0]) == [("email", "lei@shop.example", True, False)]
    assert known(viewer, customers[2]) == [("email", "max@shop.example", True, False)]
    assert known(viewer, customers[3]) == [("phone", NUMBER, True, False)]
