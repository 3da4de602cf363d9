"""How much a key may ask, and what it is told about that."""

import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from conversations.access import throttle
from tests.apps.access.conftest import KeyClient
from tests.apps.threads.test_api import post, refused
from tests.shop import Shop

BASE = "/api/v1/conversations"


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket fills again ten times a second: what is left would tell how busy the machine is."""
    at = time.monotonic()
    monkeypatch.setattr(throttle, "monotonic", lambda: at)


def told(response: Any) -> list[int]:
    return [int(response.headers[f"RateLimit-{name}"]) for name in ("Limit", "Remaining", "Reset")]


def test_each_key(key_client: KeyClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "YUNKE_KEY_REQUESTS_A_MINUTE", 2)
    program, other = key_client(), key_client()
    assert [told(program.get(BASE)) for _ in range(2)] == [[2, 1, 30], [2, 0, 60]]
    late = program.get(BASE)
    assert refused(late) == (429, "too_many_requests")
    assert "This key may ask 2 times a minute" in late.json()["detail"]
    assert 20 <= int(late.headers["Retry-After"]) <= 30
    assert told(late)[:2] == [2, 0]
    assert other.get(BASE).status_code == 200


def test_all_keys_of_a_tenant(key_client: KeyClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "YUNKE_TENANT_REQUESTS_A_MINUTE", 2)
    programs = [key_client() for _ in range(3)]
    assert [program.get(BASE).status_code for program in programs] == [200, 200, 429]
    assert "All keys together" in programs[2].get(BASE).json()["detail"]


def test_a_refusal_of_the_view_is_counted_too(key_client: KeyClient) -> None:
    program = key_client("members.view")
    assert refused(program.get(BASE)) == (403, "not_allowed")
    assert told(program.get(BASE))[:2] == [600, 598]


def test_an_answer_repeated_is_counted_once(shop: Shop, key_client: KeyClient) -> None:
    guest = shop.welcome(text="x")
    program = key_client("conversations.view", "conversations.resolve")
    path = f"{BASE}/{guest.conversation}/resolve"
    for left in (599, 598, 597):
        response = program.post(path, {}, content_type="application/json", headers={"idempotency-key": "k"})
        assert told(response)[:2] == [600, left]


def test_people_are_not_counted(owner: Client) -> None:
    for response in (owner.get(BASE), post(owner, "/api/v1/live-tickets")):
        assert "RateLimit-Limit" not in response.headers
