"""Names and attributes of contacts: written down over REST, told by the log, masked, erased."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from conversations.contacts.models import Contact
from conversations.definitions.commands import publish, retire
from conversations.engine import log
from tenants.context import tenant_context
from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop

JSON: Final = "application/json"
CONTACTS: Final = "/api/v1/contacts"
BODIES: Final[dict[str, dict[str, Any]]] = {
    "plan": {"name": "Plan", "type": "text", "personal": False},
    "born_on": {"name": "Birthday", "type": "date"},
}


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    with tenant_context(shop.tenant):
        for key, body in BODIES.items():
            publish(kind="contact_attribute", key=key, body=body, now=datetime.now(UTC))
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


def change(client: Client, contact: str, **said: Any) -> Any:
    return client.patch(f"{CONTACTS}/{contact}", said, content_type=JSON)


def told(shop: Shop) -> list[dict[str, Any]]:
    with tenant_context(shop.tenant):
        return [event.body for event in log.read_tenant(after=0) if event.kind == "contact.changed.v1"]


def test_what_is_known_is_written_down_once(shop: Shop, agent: Client, customers: list[str]) -> None:
    contact = customers[0]
    for _ in range(2):
        shown = change(agent, contact, name="王磊", attributes={"plan": "gold", "born_on": "2000-01-31"})
        assert shown.status_code == 200, shown.content
        assert (shown.json()["name"], shown.json()["email"]) == ("王磊", "Lei@shop.example")
        assert shown.json()["attributes"] == {"born_on": "2000-01-31", "plan": "gold"}
    assert change(agent, contact, attributes={"plan": None}).json()["attributes"] == {"born_on": "2000-01-31"}
    assert agent.get(f"{CONTACTS}/{contact}").json()["attributes"] == {"born_on": "2000-01-31"}
    assert told(shop) == [
        {"contact": contact, "name": "王磊", "attributes": {"plan": "gold", "born_on": "2000-01-31"}},
        {"contact": contact, "name": None, "attributes": {"plan": None}},
    ]


def test_a_value_that_does_not_fit_changes_nothing(shop: Shop, agent: Client, customers: list[str]) -> None:
    answer = change(agent, customers[0], name="Max", attributes={"plan": 1, "shoe": 44, "born_on": "2000-01-31"})
    assert refused(answer) == (422, "invalid")
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("attributes.plan", "invalid"),
        ("attributes.shoe", "unknown"),
    ]
    assert told(shop) == []
    assert agent.get(f"{CONTACTS}/{customers[0]}").json()["attributes"] == {}


def test_what_is_retired_is_shown_no_more(shop: Shop, agent: Client, customers: list[str]) -> None:
    change(agent, customers[0], attributes={"plan": "gold"})
    with tenant_context(shop.tenant):
        retire(kind="contact_attribute", key="plan", now=datetime.now(UTC))
    assert agent.get(f"{CONTACTS}/{customers[0]}").json()["attributes"] == {}
    assert refused(change(agent, customers[0], attributes={"plan": "tin"})) == (422, "invalid")


def test_programs_see_what_they_may(
    shop: Shop, owner: Client, agent: Client, client_for: ClientFor, customers: list[str]
) -> None:
    change(agent, customers[0], name="Lei", attributes={"plan": "gold", "born_on": "2000-01-31"})
    stranger = program(shop, owner, client_for, "conversations.view")
    shown = stranger.get(f"{CONTACTS}/{customers[0]}").json()
    assert (shown["name"], shown["attributes"]) == (None, {"born_on": None, "plan": "gold"})
    assert refused(change(stranger, customers[0], name="x")) == (403, "not_allowed")
    (event,) = stranger.get("/api/v1/events?kinds=contact.changed.v1").json()["results"]
    assert (event["conversation"], event["body"]["name"], event["body"]["attributes"]) == (None, None, None)
    writer = program(shop, owner, client_for, "conversations.view", "contacts.edit")
    assert change(writer, customers[0], name="Max").json()["name"] is None
    (*_, event) = owner.get("/api/v1/events?kinds=contact.changed.v1").json()["results"]
    assert event["body"] == {"contact": customers[0], "name": "Max", "attributes": {}}


def test_who_may_not(shop: Shop, make_member: MakeMember, client_for: ClientFor, customers: list[str]) -> None:
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    assert refused(change(viewer, customers[0], name="x")) == (403, "not_allowed")
    assert refused(change(client_for(shop.tenant), customers[0], name="x"))[0] == 401


@pytest.mark.parametrize("body", [{"name": " "}, {"name": None}, {"email": "a@b.c"}, {"attributes": []}])
def test_bodies_that_do_not_fit(agent: Client, customers: list[str], body: dict[str, Any]) -> None:
    assert refused(change(agent, customers[0], **body)) == (422, "invalid")


def test_who_was_erased_leaves_nothing_behind(shop: Shop, owner: Client, agent: Client, customers: list[str]) -> None:
    change(agent, customers[0], name="Lei", attributes={"plan": "gold-of-lei"})
    assert owner.post(f"{CONTACTS}/{customers[0]}/erase", {}, content_type=JSON).status_code == 200
    assert "gold-of-lei" not in str(told(shop))
    with tenant_context(shop.tenant):
        assert Contact.objects.get(id=customers[0]).attributes == {}
    assert refused(change(agent, customers[0], name="x")) == (409, "contact_gone")
