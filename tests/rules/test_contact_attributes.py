"""Attributes of contacts: what may be defined, which values fit, what changes by them."""

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.contacts.attribute import CONTACT_ATTRIBUTE, ContactAttribute
from conversations.contacts.rules import check_attributes, find_changes, put, say_value, show_attributes
from conversations.definitions.kinds import check_body
from tenants.refusals import Invalid

CHOICES: Final = [{"key": "gold", "name": "Gold", "names": {"zh": "金卡"}}, {"key": "tin", "name": "Tin"}]
BODIES: Final[dict[str, dict[str, Any]]] = {
    "note": {"name": "Note", "type": "text"},
    "visits": {"name": "Visits", "type": "number", "personal": False},
    "is_vip": {"name": "VIP", "type": "bool"},
    "born_on": {"name": "Birthday", "names": {"zh": "生日"}, "type": "date"},
    "plan": {"name": "Plan", "type": "choice", "choices": CHOICES, "personal": False},
    "plans": {"name": "Plans", "type": "list", "choices": CHOICES},
    "pets": {"name": "Pets", "type": "list"},
}
KNOWN: Final = {
    key: msgspec.convert(check_body(kind=CONTACT_ATTRIBUTE, body=body), ContactAttribute)
    for key, body in BODIES.items()
}
FITTING: Final[dict[str, list[Any]]] = {
    "note": ["x", "王"],
    "visits": [0, -3, 2.5],
    "is_vip": [True, False],
    "born_on": ["2024-02-29"],
    "plan": ["gold"],
    "plans": [["tin", "gold"]],
    "pets": [["cat", "狗"]],
}


def problems(**given_: Any) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as caught:
        check_attributes(given=given_, known=KNOWN)
    return [(error["field"], error["code"]) for error in caught.value.errors]


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in FITTING.items() for value in values])
def test_values_that_fit(key: str, value: Any) -> None:
    assert check_attributes(given={key: value}, known=KNOWN) == {key: value}
    assert check_attributes(given={key: None}, known=KNOWN) == {key: None}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("note", " "),
        ("note", 1),
        ("note", "x" * 1001),
        ("visits", True),
        ("visits", "1"),
        ("visits", float("inf")),
        ("visits", float("nan")),
        ("visits", 2**53 + 2),
        ("is_vip", 1),
        ("born_on", "2023-02-29"),
        ("born_on", "20240229"),
        ("born_on", "2024-W09-4"),
        ("plan", "lead"),
        ("plan", ["gold"]),
        ("plans", "gold"),
        ("plans", ["gold", "lead"]),
        ("pets", []),
        ("pets", [" "]),
        ("pets", [["cat"]]),
        ("pets", ["x"] * 101),
    ],
)
def test_values_that_do_not_fit(key: str, value: Any) -> None:
    assert problems(**{key: value}) == [(f"attributes.{key}", "invalid")]


def test_every_mistake_is_named() -> None:
    assert problems(note=1, shoe_size=44, plan="gold", is_vip="yes") == [
        ("attributes.note", "invalid"),
        ("attributes.shoe_size", "unknown"),
        ("attributes.is_vip", "invalid"),
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "x", "type": "text", "choices": CHOICES}, "choices"),
        ({"name": "x", "type": "choice"}, "choices"),
        ({"name": "x", "type": "list", "choices": [*CHOICES, CHOICES[0]]}, "choices.2.key"),
        ({"name": " ", "type": "text"}, "name"),
        ({"name": "x", "type": "colour"}, "type"),
    ],
)
def test_what_cannot_be_defined(body: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_body(kind=CONTACT_ATTRIBUTE, body=body)
    assert [error["field"] for error in caught.value.errors] == [field]


VALUES: Final = st.fixed_dictionaries(
    {}, optional={key: st.sampled_from([*values, None]) for key, values in FITTING.items()}
)


@given(VALUES, VALUES)
def test_changes_put_on_what_was_are_what_is_wanted(before: dict[str, Any], wanted: dict[str, Any]) -> None:
    was = put(changes=before, on={})
    changes = find_changes(now=was, wanted=wanted)
    after = put(changes=changes, on=was)
    assert after == {key: value for key, value in {**was, **wanted}.items() if value is not None}
    assert find_changes(now=after, wanted=wanted) == {}
    assert put(changes=changes, on=after) == after, "said twice, it is the same"


def test_what_is_shown() -> None:
    kept = {"note": "x", "plan": "gold", "retired": 1}
    assert show_attributes(kept=kept, known=KNOWN, personal=True) == {"note": "x", "plan": "gold"}
    assert show_attributes(kept=kept, known=KNOWN, personal=False) == {"note": None, "plan": "gold"}


@pytest.mark.parametrize(
    ("key", "value", "language", "words"),
    [
        ("note", "x", "en", "x"),
        ("visits", 3, "en", "3"),
        ("is_vip", True, "fr", "yes"),
        ("is_vip", False, "zh-Hans", "否"),
        ("pets", ["cat", "dog"], "en", "cat, dog"),
        ("plans", ["gold", "tin"], "zh-Hans", "金卡、Tin"),
        ("plan", "gold", "de", "Gold"),
        ("plan", "no more", "de", "no more"),
    ],
)
def test_how_a_value_is_said(key: str, value: Any, language: str, words: str) -> None:
    assert say_value(attribute=KNOWN[key], value=value, language=language) == words
