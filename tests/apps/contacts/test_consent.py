"""Consent over REST: given, withdrawn, renewed; by a message or a note; of several who are one; erased."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from conversations.contacts.consent.queries import is_allowed
from conversations.contacts.models import ContactConsent
from conversations.definitions.commands import publish
from tenants.context import tenant_context
from tests.apps.threads.test_api import refused
from tests.apps.threads.test_messages import program
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

JSON: Final = "application/json"
CALL: Final = {"note": "call of 2 March"}


@pytest.fixture
def guest(shop: Shop) -> Guest:
    return shop.welcome(text="yes, write to me")


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="agent"))


@pytest.fixture(autouse=True)
def purposes(shop: Shop) -> None:
    declare(shop, "offers")
    declare(shop, "research", renews=True)


def declare(shop: Shop, key: str, **more: object) -> None:
    body = {"name": key, "wording": {"en": f"May we use this for {key}?", "zh": "可以吗？"}, **more}
    with tenant_context(shop.tenant):
        publish(kind="purpose", key=key, body=body, now=datetime.now(UTC))


def say(client: Client, guest: Guest, purpose: str = "offers", **body: Any) -> Any:
    said = {"given": True, "how": "phone", **(body if "seq" in body or "note" in body else {**CALL, **body})}
    return client.put(f"/api/v1/contacts/{guest.actor.id}/consents/{purpose}", said, content_type=JSON)


def shown(client: Client, guest: Guest) -> dict[str, dict[str, Any]]:
    answer = client.get(f"/api/v1/contacts/{guest.actor.id}/consents")
    assert answer.status_code == 200, answer.content
    return {one["purpose"]: one for one in answer.json()["purposes"]}


def history(client: Client, guest: Guest) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/v1/contacts/{guest.actor.id}/consents/history").json()["results"]
    return rows


def test_it_is_given_and_withdrawn(shop: Shop, agent: Client, guest: Guest) -> None:
    before = shown(agent, guest)
    assert {key: (one["given"], one["counts"]) for key, one in before.items()} == {
        "offers": (None, False),
        "research": (None, False),
    }
    given = say(agent, guest).json()
    assert (given["given"], given["counts"], given["version"], given["language"]) == (True, True, 1, "en")
    with tenant_context(shop.tenant):
        assert is_allowed(contact=guest.actor.id, purpose="offers")
        assert not is_allowed(contact=guest.actor.id, purpose="research")
    withdrawn = say(agent, guest, given=False, how="mail", note="mail of 3 March").json()
    assert (withdrawn["given"], withdrawn["counts"], withdrawn["how"]) == (False, False, "mail")
    with tenant_context(shop.tenant):
        assert not is_allowed(contact=guest.actor.id, purpose="offers")
    assert [(one["given"], one["note"]) for one in history(agent, guest)] == [
        (False, "mail of 3 March"),
        (True, "call of 2 March"),
    ]


def test_what_is_said_twice_was_said_once(agent: Client, guest: Guest) -> None:
    first = say(agent, guest).json()
    again = say(agent, guest, note="another call").json()
    assert again == first
    assert len(history(agent, guest)) == 1


def test_a_message_shows_it(agent: Client, shop: Shop, guest: Guest) -> None:
    proof: dict[str, Any] = {"conversation": str(guest.conversation), "seq": 2}
    given = say(agent, guest, how="chat", language="zh", **proof).json()
    assert (given["conversation"], given["seq"], given["language"]) == (str(guest.conversation), 2, "zh")
    other = shop.welcome(text="somebody else")
    theirs: dict[str, Any] = {"conversation": str(other.conversation), "seq": 2}
    for proof in (theirs, {"conversation": str(guest.conversation), "seq": 1}):
        assert refused(say(agent, guest, "research", how="chat", **proof)) == (422, "invalid")
    assert shown(agent, guest)["research"]["given"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"note": None},
        {"how": "chat"},
        {"seq": 2},
        {"note": "  "},
        {"language": "fr"},
        {"how": "guess"},
        {"given": "perhaps"},
    ],
)
def test_what_is_not_whole_is_refused(agent: Client, guest: Guest, body: dict[str, Any]) -> None:
    assert refused(say(agent, guest, **body)) == (422, "invalid")
    assert history(agent, guest) == []


def test_nobody_agrees_to_what_there_is_not(agent: Client, guest: Guest) -> None:
    assert refused(say(agent, guest, "nothing")) == (404, "not_found")


def test_newer_words_need_a_new_yes_where_the_purpose_says_so(shop: Shop, agent: Client, guest: Guest) -> None:
    for purpose in ("offers", "research"):
        say(agent, guest, purpose)
    declare(shop, "offers", names={"zh": "优惠"})
    declare(shop, "research", renews=True, names={"zh": "研究"})
    now = shown(agent, guest)
    assert {key: (one["given"], one["counts"], one["version"]) for key, one in now.items()} == {
        "offers": (True, True, 1),
        "research": (True, False, 1),
    }
    assert say(agent, guest, "research").json()["version"] == 2
    assert shown(agent, guest)["research"]["counts"]


def test_whoever_said_something_last_of_those_who_are_one(shop: Shop, agent: Client, guest: Guest) -> None:
    same = shop.welcome(text="it is me")
    say(agent, guest)
    say(agent, same, given=False)
    assert shown(agent, guest)["offers"]["given"] is True
    merged = agent.post(f"/api/v1/contacts/{same.actor.id}/merge", {"into": str(guest.actor.id)}, content_type=JSON)
    assert merged.status_code == 200, merged.content
    for one in (guest, same):
        assert shown(agent, one)["offers"]["given"] is False
    assert len(history(agent, guest)) == 2
    agent.post(f"/api/v1/contacts/{same.actor.id}/unmerge", {}, content_type=JSON)
    assert shown(agent, guest)["offers"]["given"] is True


def test_who_may(shop: Shop, guest: Guest, client_for: ClientFor, make_member: MakeMember) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    reader = program(shop, owner, client_for, "conversations.view")
    assert refused(say(reader, guest)) == (403, "not_allowed")
    writer = program(shop, owner, client_for, "conversations.view", "contacts.edit")
    assert say(writer, guest).json()["note"] is None
    assert history(writer, guest)[0]["note"] is None
    trusted = program(shop, owner, client_for, "conversations.view", "personal:read")
    assert shown(trusted, guest)["offers"]["note"] == CALL["note"]


def test_who_is_erased_has_said_nothing(
    shop: Shop, guest: Guest, client_for: ClientFor, make_member: MakeMember
) -> None:
    owner = client_for(shop.tenant, make_member(shop.tenant, role="owner"))
    say(owner, guest)
    assert owner.post(f"/api/v1/contacts/{guest.actor.id}/erase", {}, content_type=JSON).status_code == 200
    with tenant_context(shop.tenant):
        assert not ContactConsent.objects.exists()
    assert [one["note"] for one in history(owner, guest)] == [""]
    assert refused(say(owner, guest)) == (409, "contact_gone")
