"""Finding contacts by what a company's site tells of them, for who may read that."""

from typing import Any, Final

import pytest
from django.test import Client

from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor
from tests.shop import Shop

CONTACTS: Final = "/api/v1/contacts"


def found(client: Client, **asked: Any) -> list[str]:
    """Answer the ids of all pages, the last contact first."""
    page = client.get(CONTACTS, {"limit": 1, **asked}).json()
    ids = [row["id"] for row in page["results"]]
    while page["next"]:
        page = client.get(page["next"]).json()
        ids += [row["id"] for row in page["results"]]
    return ids


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({}, [3, 2, 1, 0]),
        ({"external_id": "c-2"}, [1]),
        ({"external_id": "C-2"}, []),
        ({"email": "LEI@shop.example"}, [1, 0]),
        ({"email": "lei@shop.exampl_"}, []),
        ({"phone": "+86 2"}, [2, 1]),
        ({"phone": "+86 2", "order": "created_at"}, [1, 2]),
        ({"phone": "+86 2", "email": "lei@shop.example"}, [1]),
        ({"phone": "+86 2", "external_id": "c-1"}, []),
    ],
)
def test_whom_a_filter_finds(owner: Client, customers: list[str], asked: dict[str, Any], who: list[int]) -> None:
    assert found(owner, **asked) == [customers[number] for number in who]


def test_who_was_erased_is_found_no_more(owner: Client, customers: list[str]) -> None:
    owner.post(f"{CONTACTS}/{customers[0]}/erase", {}, content_type="application/json")
    assert found(owner, email="lei@shop.example") == [customers[1]]


@pytest.mark.parametrize("name", ["email", "external_id", "phone"])
def test_a_filter_is_a_way_of_reading(
    shop: Shop, owner: Client, client_for: ClientFor, customers: list[str], name: str
) -> None:
    stranger = program(shop, owner, client_for, "conversations.view")
    told = {"email": "lei@shop.example", "external_id": "c-1", "phone": "+86 2"}[name]
    answers = [stranger.get(CONTACTS, {name: value}) for value in (told, "nobody's")]
    assert [refused(answer) for answer in answers] == [(403, "personal_filter")] * 2
    assert answers[0].content == answers[1].content
    trusted = program(shop, owner, client_for, "conversations.view", "personal:read")
    assert set(found(trusted, **{name: told})) == set(found(owner, **{name: told})) != set()
    assert len(found(stranger)) == len(customers)


@pytest.mark.parametrize("query", ["email=", "phone=", "external_id=", f"email={'x' * 255}", "phone=%00", "name=Lei"])
def test_filters_that_do_not_fit(owner: Client, query: str) -> None:
    answer = owner.get(f"{CONTACTS}?{query}")
    assert refused(answer) == (422, "invalid")
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]
