"""Canned replies in a conversation: in its contact's language, filled in, found by words, for who can use them."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest
from django.test import Client

from conversations.channels.webchat.commands import let_in
from conversations.contacts.models import Contact
from conversations.definitions.commands import StillReferredTo, publish, retire
from conversations.threads.commands import start_conversation
from conversations.threads.events import ConversationIntroduced
from tenants.context import tenant_context
from tenants.refusals import Invalid
from tests.apps.threads.test_api import BASE
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

HELLO: Final = {
    "en": "Hi {{contact.name|there}}, {{agent.name}} of {{inbox.name}} here.",
    "zh": "{{contact.name}}您好！",
}
PLAN: Final = {"en": "You are on {{contact.attributes.plan|no plan}}.", "zh": "您的套餐：{{contact.attributes.plan}}。"}
ATTRIBUTE: Final = {
    "name": "Plan",
    "type": "choice",
    "choices": [{"key": "gold", "name": "Gold", "names": {"zh": "黄金"}}],
}


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    with tenant_context(shop.tenant):
        publish(kind="contact_attribute", key="plan", body=ATTRIBUTE, now=datetime.now(UTC))
        for key, texts in (("hello", HELLO), ("plan", PLAN)):
            publish(kind="canned_reply", key=key, body={"name": key.title(), "texts": texts}, now=datetime.now(UTC))
    return client_for(shop.tenant, make_member(shop.tenant, name="Ada", role="agent"))


def offered(client: Client, conversation: object, **asked: str) -> dict[str, tuple[str, str]]:
    said = client.get(f"{BASE}/{conversation}/canned-replies", asked)
    assert said.status_code == 200, said.content
    return {row["key"]: (row["language"], row["text"]) for row in said.json()["results"]}


def introduced(shop: Shop, language: str | None, **known: Any) -> Guest:
    """Let somebody come who speaks a language, and of whom something is known."""
    now = datetime.now(UTC)
    with tenant_context(shop.tenant):
        visitor = let_in(inbox=shop.inbox, token=None, now=now)
        Contact.objects.filter(id=visitor.actor.id).update(**known)
        said = ConversationIntroduced(language=language, answers={})
        where = start_conversation(
            contact=visitor.actor.id, inbox=shop.inbox, channel="webchat", now=now, introduced=said
        )
    return Guest(visitor.actor, visitor.token or "", where)


def test_they_are_filled_in_in_the_contacts_language(shop: Shop, agent: Client) -> None:
    guest = introduced(shop, "zh-Hans-CN", name="王伟", attributes={"plan": "gold", "gone": "x"})
    assert offered(agent, guest.conversation) == {
        "hello": ("zh", "王伟您好！"),
        "plan": ("zh", "您的套餐：黄金。"),
    }
    assert offered(agent, guest.conversation, language="en") == {
        "hello": ("en", "Hi 王伟, Ada of " + inbox_name(agent, guest) + " here."),
        "plan": ("en", "You are on Gold."),
    }


def inbox_name(client: Client, guest: Guest) -> str:
    name: str = client.get(f"{BASE}/{guest.conversation}").json()["inbox"]["name"]
    return name


def test_who_is_not_known_is_called_nothing(shop: Shop, agent: Client) -> None:
    guest = shop.welcome(text="hello")
    said = offered(agent, guest.conversation)
    assert said["hello"][1].startswith("Hi there, Ada of ")
    assert said["plan"] == ("en", "You are on no plan.")


def test_what_a_contact_is_called_is_text(shop: Shop, agent: Client) -> None:
    guest = introduced(shop, None, name="{{agent.name}}")
    assert offered(agent, guest.conversation)["hello"][1].startswith("Hi {{agent.name}}, Ada")


def test_found_by_words_page_by_page(shop: Shop, agent: Client) -> None:
    guest = shop.welcome(text="hello")
    assert list(offered(agent, guest.conversation, q="HELLO")) == ["hello"]
    assert list(offered(agent, guest.conversation, q="no you")) == ["plan"]
    assert offered(agent, guest.conversation, q="never") == {}
    first = agent.get(f"{BASE}/{guest.conversation}/canned-replies", {"limit": 1}).json()
    assert [row["key"] for row in first["results"]] == ["hello"]
    assert [row["key"] for row in agent.get(first["next"]).json()["results"]] == ["plan"]


def test_who_cannot_answer_gets_none(shop: Shop, agent: Client, make_member: MakeMember, client_for: ClientFor) -> None:
    guest = shop.welcome(text="hello")
    viewer = client_for(shop.tenant, make_member(shop.tenant, role="viewer"))
    assert viewer.get(f"{BASE}/{guest.conversation}/canned-replies").status_code == 403
    assert agent.get(f"{BASE}/{guest.actor.id}/canned-replies").status_code == 404


def test_an_attribute_must_be_in_force_and_stays_while_it_is_named(shop: Shop, agent: Client) -> None:
    now = datetime.now(UTC)
    with tenant_context(shop.tenant):
        body = {"name": "x", "texts": {"en": "{{contact.attributes.nope}}", "zh": "{{ contact.attributes.plan }}"}}
        with pytest.raises(Invalid) as refused:
            publish(kind="canned_reply", key="x", body=body, now=now)
        assert [(each["field"], each["code"]) for each in refused.value.errors] == [("texts.en", "not_published")]
        with pytest.raises(StillReferredTo):
            retire(kind="contact_attribute", key="plan", now=now)
        retire(kind="canned_reply", key="plan", now=now)
        retire(kind="contact_attribute", key="plan", now=now)
