"""Answering one message in particular, over REST: what may be named, and how it is shown."""

from typing import Any

import pytest
from django.test import Client

from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tests.apps.threads.test_api import BASE, post, refused
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop


@pytest.fixture
def guest(shop: Shop) -> Guest:
    """Started is seq 1, hello is seq 2."""
    return shop.welcome(text="hello")


@pytest.fixture
def desk(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant))


def listed(client: Client, path: str) -> Any:
    return client.get(path).json()["results"]


def test_a_message_answers_another(shop: Shop, desk: Client, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}/messages"
    said = post(desk, path, {"id": "m-1", "text": "this one", "reply_to": 2})
    assert (said.status_code, said.json()["reply_to"]) == (201, 2)
    assert post(desk, path, {"id": "m-1", "text": "this one", "reply_to": 2}).json() == said.json()
    assert refused(post(desk, path, {"id": "m-1", "text": "this one"})) == (409, "conflict")
    plain = post(desk, path, {"id": "m-2", "text": "plain", "reply_to": None}).json()
    assert [each["reply_to"] for each in listed(desk, path)] == [None, 2, None]
    assert "reply_to" not in shop.read(guest.conversation)[plain["seq"] - 1].body, "read by the version before, too"
    with tenant_context(shop.tenant):
        assert ConversationRow.objects.get(id=guest.conversation).last_text == "plain"


def test_a_note_is_about_a_message(desk: Client, guest: Guest) -> None:
    path = f"{BASE}/{guest.conversation}/notes"
    assert post(desk, path, {"id": "n-1", "text": "see", "reply_to": 2}).json()["reply_to"] == 2
    assert [each["reply_to"] for each in listed(desk, path)] == [2]


@pytest.mark.parametrize("what", ["messages", "notes"])
def test_only_messages_of_the_same_conversation_are_answered(shop: Shop, desk: Client, guest: Guest, what: str) -> None:
    path = f"{BASE}/{guest.conversation}"
    for number in range(4):
        post(desk, f"{path}/notes", {"text": f"note {number}"})  # the staff stream is longer than the public one
    other = shop.welcome(text="elsewhere")
    shop.say(other.conversation, other.actor, "more")  # there 3 is a message
    for seq in (1, 3, 4, 99):
        answer = post(desk, f"{path}/{what}", {"text": "x", "reply_to": seq})
        assert refused(answer) == (409, "nothing_to_answer"), seq
    for wrong in (0, -1, "2", 2**60):
        assert refused(post(desk, f"{path}/{what}", {"text": "x", "reply_to": wrong})) == (422, "invalid")
    assert [each["text"] for each in listed(desk, f"{path}/messages")] == ["hello"]
