"""Contacts are found by words and attributes, by who may read those, and no more once they are erased."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.db import connection, transaction
from django.test import Client

from conversations.channels.webchat.commands import let_in
from conversations.contacts.models import Contact
from conversations.contacts.searching.commands import index_new
from conversations.definitions.commands import publish
from tenants.context import tenant_context
from tests.apps.contacts.test_filters import found
from tests.apps.contacts.test_identities import add
from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop
from tests.site import Site

CONTACTS: Final = "/api/v1/contacts"
JSON: Final = "application/json"


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    bodies: dict[str, dict[str, Any]] = {
        "plan": {"name": "Plan", "type": "text", "personal": False},
        "pets": {"name": "Pets", "type": "list"},
    }
    with tenant_context(shop.tenant):
        for key, body in bodies.items():
            publish(kind="contact_attribute", key=key, body=body, now=datetime.now(UTC))
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


@pytest.fixture
def people(shop: Shop, agent: Client) -> list[str]:
    """Answer Lei, Max and a nameless visitor."""
    ids = [str(shop.welcome(text="hello").actor.id) for _ in range(3)]
    for contact, name, attributes in (
        (ids[0], "王小磊 Lei Wang", {"plan": "gold", "pets": ["cat", "dog"]}),
        (ids[1], "Max Mustermann", {"plan": "gold", "pets": ["cat"]}),
    ):
        body = {"name": name, "attributes": attributes}
        assert agent.patch(f"{CONTACTS}/{contact}", body, content_type=JSON).status_code == 200
    add(agent, ids[0], "phone", "+86 138 0013 8000")
    add(agent, ids[1], "email", "max@home.example")
    return ids


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({"q": "lei"}, [0]),
        ({"q": "小磊"}, [0]),
        ({"q": "0013-80"}, [0]),
        ({"q": "MUSTER max"}, [1]),
        ({"q": "max@home"}, [1]),
        ({"q": "gold"}, [1, 0]),
        ({"q": "gold dog"}, [0]),
        ({"q": "nobody"}, []),
        ({"attributes": '{"plan": "gold"}'}, [1, 0]),
        ({"attributes": '{"plan": "gold", "pets": ["dog"]}'}, [0]),
        ({"attributes": '{"plan": "tin"}'}, []),
        ({"attributes": '{"plan": "gold"}', "q": "max"}, [1]),
    ],
)
def test_whom_a_search_finds(agent: Client, people: list[str], asked: dict[str, str], who: list[int]) -> None:
    assert found(agent, **asked) == [people[number] for number in who]


def test_found_as_whom_they_are_shown(shop: Shop, agent: Client, people: list[str]) -> None:
    agent.post(f"{CONTACTS}/{people[1]}/merge", {"into": people[2]}, content_type=JSON)
    assert found(agent, q="mustermann") == [people[2]]
    agent.post(f"{CONTACTS}/{people[1]}/unmerge", {}, content_type=JSON)
    assert found(agent, q="mustermann") == [people[1]]


def test_what_the_site_says_is_found(shop: Shop, agent: Client) -> None:
    site = Site(tenant=shop.tenant, inbox=shop.inbox)
    with tenant_context(shop.tenant):
        said = {"name": "Ada Lovelace", "email": "ada@shop.example", "phone": "4711-0815"}
        identity = site.vouch("crm-7", **said)
        met = let_in(inbox=shop.inbox, token=None, identity=identity, now=datetime.now(UTC)).actor.id
    for words in ("love", "ada@shop.example", "0815", "crm 7"):
        assert found(agent, q=words) == [str(met)], words


def test_who_was_erased_is_found_no_more(
    shop: Shop, agent: Client, client_for: ClientFor, make_member: MakeMember, people: list[str]
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    owner.post(f"{CONTACTS}/{people[0]}/erase", {}, content_type=JSON)
    assert found(agent, q="lei") == found(agent, attributes='{"pets": ["dog"]}') == []
    with tenant_context(shop.tenant):
        assert Contact.objects.get(id=people[0]).terms == ""


def test_who_came_before_there_was_this_is_swept_up(shop: Shop, agent: Client, people: list[str]) -> None:
    with tenant_context(shop.tenant):
        Contact.objects.update(terms=None)
        assert found(agent, q="lei") == []
        index_new()
    assert found(agent, q="lei") == [people[0]]


def test_searching_is_a_way_of_reading(
    shop: Shop, agent: Client, client_for: ClientFor, make_member: MakeMember, people: list[str]
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    blind = program(shop, owner, client_for, "conversations.view")
    for asked in ({"q": "lei"}, {"q": "nobody"}, {"attributes": '{"pets": ["cat"]}'}):
        assert refused(blind.get(CONTACTS, asked)) == (403, "personal_filter")
    assert found(blind, attributes='{"plan": "gold"}') == [people[1], people[0]], "this one is not personal"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"q": "?!"}, "q"),
        ({"q": ""}, "q"),
        ({"attributes": "plan"}, "attributes"),
        ({"attributes": "[]"}, "attributes"),
        ({"attributes": "{}"}, "attributes"),
        ({"attributes": '{"plan": null}'}, "attributes"),
        ({"attributes": '{"plan": 1}'}, "attributes.plan"),
        ({"attributes": '{"shoe": "x"}'}, "attributes.shoe"),
    ],
)
def test_what_does_not_fit(agent: Client, asked: dict[str, str], field: str) -> None:
    answer = agent.get(CONTACTS, asked)
    assert refused(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == field


def test_postgresql_looks_in_the_indexes(shop: Shop, agent: Client) -> None:
    with tenant_context(shop.tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        for condition in ("terms @@ '''lei'':*'::tsquery", 'attributes @> \'{"plan": "gold"}\'::jsonb'):
            cursor.execute(f"EXPLAIN SELECT id FROM contact WHERE {condition}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            assert "contact_terms" in plan or "contact_attributes" in plan, plan
