"""Snoozing over REST: said, shown, listed apart, refused; its contact hears nothing of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from conversations.engine import log
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


def ask(client: Client, guest: Guest, what: str, **body: Any) -> Any:
    return client.post(f"{BASE}/{guest.conversation}/{what}", body, content_type=JSON)


def found(client: Client, **asked: str) -> list[str]:
    return [row["id"] for row in client.get(BASE, asked).json()["results"]]


def test_snoozed_and_woken_and_listed_apart(agent: Client, shop: Shop, guest: Guest) -> None:
    other, until = shop.welcome(text="hi"), datetime.now(UTC) + timedelta(hours=1)
    ask(agent, guest, "take")
    with tenant_context(shop.tenant):
        before = log.read_stream(stream=guest.conversation, after=0)
    said = ask(agent, guest, "snooze", until=until.isoformat())
    assert (said.status_code, said.json()["snoozed"]) == (200, True)
    assert datetime.fromisoformat(said.json()["snoozed_until"]) == until
    assert found(agent, status="open", snoozed="true") == [str(guest.conversation)]
    assert found(agent, status="open", snoozed="false") == [str(other.conversation)]
    assert len(found(agent, status="open")) == 2
    said = ask(agent, guest, "snooze", until=None).json()
    assert (said["snoozed"], said["snoozed_until"]) == (True, None)
    said = ask(agent, guest, "wake").json()
    assert (said["snoozed"], said["snoozed_until"]) == (False, None)
    with tenant_context(shop.tenant):
        assert log.read_stream(stream=guest.conversation, after=0) == before, "its contact hears nothing of it"


def test_what_is_refused(
    agent: Client, shop: Shop, guest: Guest, make_member: MakeMember, client_for: ClientFor
) -> None:
    nobodys = ask(agent, guest, "snooze", until=None)
    assert (nobodys.status_code, nobodys.json()["code"]) == (409, "not_taken")
    ask(agent, guest, "take")
    other = client_for(shop.tenant, make_member(shop.tenant, role="agent"))
    assert ask(other, guest, "snooze", until=None).status_code == 403
    assert ask(other, guest, "wake").status_code == 403
    for until in ("2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "2030-01-01T00:00:00", "soon"):
        refused = ask(agent, guest, "snooze", until=until)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "until"), until
    assert ask(agent, guest, "snooze").status_code == 422
    ask(agent, guest, "resolve")
    assert ask(agent, guest, "snooze", until=None).json()["code"] == "closed"
