"""Conversations by contact and by inbox, and what is shown in full of them."""

from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.channels.webchat.commands import add_inbox
from conversations.contacts.models import Contact
from conversations.definitions.commands import retire
from conversations.engine.streams import new_subject
from tenants.context import tenant_context
from tests.apps.threads.test_api import BASE, refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.rows import NOW
from tests.shop import Guest, Shop

INBOXES: Final = "/api/v1/inboxes"
TOLD: Final = {"email": "lei@shop.example", "phone": "+86 1", "external_id": "c-1", "name": "Lei"}


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="owner"))


@pytest.fixture
def second(shop: Shop) -> Shop:
    """The same shop, by its other inbox."""
    other = Shop(tenant=shop.tenant)
    with tenant_context(shop.tenant):
        other.inbox = add_inbox(name="Second", now=NOW).key
    return other


@pytest.fixture
def lei(shop: Shop) -> Guest:
    """Somebody of whom the site tells everything."""
    guest = shop.welcome(text="hello")
    with tenant_context(shop.tenant):
        Contact.objects.filter(id=guest.actor.id).update(**TOLD)
    return guest


def found(client: Client, **asked: Any) -> list[str]:
    return [row["id"] for row in client.get(BASE, asked).json()["results"]]


def test_whom_a_filter_finds(shop: Shop, second: Shop, owner: Client) -> None:
    here, there = shop.welcome(text="here"), second.welcome(text="there")
    owner.post(f"{BASE}/{there.conversation}/resolve", {}, content_type="application/json")
    assert found(owner) == [str(there.conversation), str(here.conversation)]
    assert found(owner, inbox=shop.inbox) == [str(here.conversation)]
    assert found(owner, inbox=second.inbox, status="resolved") == [str(there.conversation)]
    assert found(owner, inbox=second.inbox, status="open") == found(owner, inbox="nobody's") == []
    assert found(owner, contact=here.actor.id) == [str(here.conversation)]
    assert found(owner, contact=here.actor.id, inbox=second.inbox) == found(owner, contact=new_subject()) == []


@pytest.mark.parametrize("query", ["contact=x", "contact=", "inbox=", f"inbox={'x' * 65}", "expand=", "expand=all"])
def test_queries_that_do_not_fit(owner: Client, lei: Guest, query: str) -> None:
    for path in (BASE, f"{BASE}/{lei.conversation}") if "expand" in query else (BASE,):
        answer = owner.get(f"{path}?{query}")
        assert refused(answer) == (422, "invalid")
        assert answer.json()["errors"][0]["field"] == query.partition("=")[0]
    assert refused(owner.get(f"{BASE}/{lei.conversation}?limit=1")) == (422, "invalid")


@pytest.mark.parametrize("scopes", [(), ("conversations.view",), ("conversations.view", "personal:read")])
def test_what_is_expanded_is_what_its_own_route_answers(
    shop: Shop, owner: Client, client_for: ClientFor, lei: Guest, scopes: tuple[str, ...]
) -> None:
    client = program(shop, owner, client_for, *scopes) if scopes else owner
    contact = client.get(f"/api/v1/contacts/{lei.actor.id}").json()
    inbox = client.get(f"{INBOXES}/{shop.inbox}").json()
    assert (contact["email"] is None) is (scopes == ("conversations.view",))
    for expand in ("contact,inbox", "inbox,contact"):
        (listed,) = client.get(BASE, {"expand": expand}).json()["results"]
        assert (listed["contact"], listed["inbox"]) == (contact, inbox)
        assert client.get(f"{BASE}/{lei.conversation}", {"expand": expand}).json() == listed
    (plain,) = client.get(BASE).json()["results"]
    assert client.get(f"{BASE}/{lei.conversation}").json() == plain
    assert plain["inbox"] == {"key": shop.inbox, "name": "Acme"}
    assert plain["contact"].items() <= contact.items()
    (one,) = client.get(BASE, {"expand": "inbox"}).json()["results"]
    assert (one["contact"], one["inbox"]) == (plain["contact"], inbox)


def test_an_inbox_that_is_retired_is_shown_by_its_name(second: Shop, owner: Client) -> None:
    guest = second.welcome(text="hello")
    with tenant_context(second.tenant):
        retire(kind="inbox", key=second.inbox, now=NOW, by=None)
    assert refused(owner.get(f"{INBOXES}/{second.inbox}")) == (404, "not_found")
    shown = owner.get(f"{BASE}/{guest.conversation}", {"expand": "inbox"}).json()
    assert shown["inbox"] == {"key": second.inbox, "name": "Second"}


def count_queries(client: Client, **asked: Any) -> int:
    with CaptureQueriesContext(connection) as statements:
        assert client.get(BASE, asked).status_code == 200
    return len(statements)


def test_a_page_of_many_takes_no_more_queries_than_of_one(shop: Shop, second: Shop, owner: Client) -> None:
    for one in (shop, second) * 4:
        one.welcome(text="hello")
    owner.get(BASE)  # the session has been seen
    plain = count_queries(owner, limit=1)
    assert count_queries(owner, limit=8) == plain
    for expand in ("contact", "inbox", "contact,inbox"):
        for limit in (1, 8):
            attributes = int("contact" in expand)  # their definitions, once for all rows
            assert count_queries(owner, limit=limit, expand=expand) == plain + attributes
