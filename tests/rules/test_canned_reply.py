"""Canned replies: which variables they take, and how they are filled in."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.definitions.canned_reply.body import CANNED_REPLY, VARIABLES, CannedReply
from conversations.definitions.canned_reply.rules import render
from conversations.definitions.kinds import check_body, check_key, get_references
from tenants.refusals import Invalid


def reply(**texts: str) -> CannedReply:
    return CannedReply(name="x", texts={name.replace("_", "-"): text for name, text in texts.items()})


def test_every_variable_is_filled_in() -> None:
    text = " ".join(f"{{{{{name}}}}}" for name in VARIABLES)
    check_body(kind=CANNED_REPLY, body={"name": "x", "texts": {"en": text}})
    values = {name: f"<{name}>" for name in VARIABLES}
    assert render(reply=reply(en=text), language="en", values=values) == " ".join(values.values())


@given(st.text(), st.text())
def test_what_is_filled_in_is_text(name: str, agent: str) -> None:
    values = {"contact.name": name, "agent.name": agent}
    shown = render(reply=reply(en="[{{contact.name}}|{{ agent.name }}]"), language="en", values=values)
    assert shown == f"[{name}|{agent}]"


def test_a_variable_without_a_value_leaves_nothing() -> None:
    assert render(reply=reply(en="Hello {{contact.name}}!"), language="en", values={}) == "Hello !"


@pytest.mark.parametrize(
    ("texts", "language", "chosen"),
    [
        ({"en": "a", "zh": "b"}, "zh", "b"),
        ({"en": "a", "zh": "b"}, "zh-Hans-CN", "b"),
        ({"en": "a", "zh": "b", "zh_Hant": "c"}, "zh-Hant-TW", "c"),
        ({"en": "a", "zh_TW": "b"}, "zh", "b"),
        ({"en": "a", "zh": "b"}, "fr", "a"),
        ({"de": "a"}, "fr", "a"),
        ({"de": "a", "en": "b"}, "", "b"),
    ],
)
def test_the_nearest_language(texts: dict[str, str], language: str, chosen: str) -> None:
    assert render(reply=reply(**texts), language=language, values={}) == chosen


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({}, "texts"),
        ({"en": " "}, "texts"),
        ({"english": "x"}, "texts"),
        ({"en": "x" * 8001}, "texts"),
        ({"en": "ok", "zh": "{{contact.password}}"}, "texts.zh"),
        ({"en": "{{contact.name}"}, "texts.en"),
        ({"en": "{{ }}"}, "texts.en"),
        ({"en": "{{contact.name}} }}"}, "texts.en"),
        ({"en": "{{{{contact.name}}}}"}, "texts.en"),
        ({"en": "{{contact.name|a|b}}"}, "texts.en"),
        ({"en": "{{contact.name|{agent.name}}}"}, "texts.en"),
        ({"en": "{{contact.attributes.Plan}}"}, "texts.en"),
        ({"en": "{{contact.attributes.plan.name}}"}, "texts.en"),
        ({"en": "{{contact.attributes.}}"}, "texts.en"),
    ],
)
def test_texts_that_do_not_fit(texts: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_body(kind=CANNED_REPLY, body={"name": "x", "texts": texts})
    assert refused.value.errors[0]["field"] == field


def test_every_mistake_is_named() -> None:
    with pytest.raises(Invalid) as refused:
        check_body(kind=CANNED_REPLY, body={"name": "x", "texts": {"en": "{{a}} {{b}}", "zh": "{{"}})
    assert [error["field"] for error in refused.value.errors] == ["texts.en", "texts.en", "texts.zh"]


@pytest.mark.parametrize("key", ["", "Refund", "re fund", "x" * 33, "退款", "-x", "refund\n", "a/b"])
def test_keys_that_nobody_can_type(key: str) -> None:
    with pytest.raises(Invalid):
        check_key(kind=CANNED_REPLY, key=key)


def test_what_is_said_without_a_value() -> None:
    text = "Hi {{contact.name|there}}, {{contact.attributes.plan| no plan }}{{agent.name|}}!"
    check_body(kind=CANNED_REPLY, body={"name": "x", "texts": {"en": text}})
    assert render(reply=reply(en=text), language="en", values={}) == "Hi there, no plan!"
    values = {"contact.name": "Ada", "contact.attributes.plan": "gold", "agent.name": "Ben"}
    assert render(reply=reply(en=text), language="en", values=values) == "Hi Ada, goldBen!"


def test_the_attributes_that_it_names_are_references() -> None:
    texts = {
        "en": "{{contact.attributes.plan|x}} {{ contact.attributes.plan }}",
        "zh": "{{contact.attributes.born_on}}",
    }
    named = get_references(kind=CANNED_REPLY, body={"name": "x", "texts": texts})
    assert named == [
        ("texts.en", "contact_attribute", "plan"),
        ("texts.zh", "contact_attribute", "born_on"),
    ]
    assert CANNED_REPLY.may_name("contact_attribute")
    assert not CANNED_REPLY.may_name("calendar")
