"""Forms of tickets: what fits is what any validator of JSON Schema says fits."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.definitions.kinds import check_body
from conversations.tickets.kind.body import TICKET_TYPE
from conversations.tickets.kind.form import Form, check_fields, show_fields
from tenants.refusals import Invalid

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order": {"type": "string", "minLength": 2, "maxLength": 4},
        "plan": {"type": "string", "enum": ["gold", "basic"], "x-personal": False},
        "amount": {"type": "number", "minimum": 0, "maximum": 10.5},
        "count": {"type": "integer", "minimum": -3},
        "gift": {"type": "boolean"},
        "colours": {"type": "array", "items": {"type": "string", "enum": ["red", "blue"]}, "maxItems": 2},
    },
    "required": ["order"],
    "additionalProperties": False,
}
FORM = msgspec.convert(SCHEMA, Form)
JUDGE = jsonschema_rs.validator_for(SCHEMA)

values = st.one_of(
    st.sampled_from(["gold", "red", "", "ab", "abcde", 0, 1, 10.5, 11, -3, -4, 2.0, 2.5, True, False]),
    st.lists(st.sampled_from(["red", "blue", "green", 1]), max_size=3),
    st.dictionaries(st.just("x"), st.integers(), max_size=1),
)
answers = st.dictionaries(st.sampled_from([*SCHEMA["properties"], "other"]), values)


@given(answers)
def test_our_verdict_is_that_of_json_schema(given_: dict[str, Any]) -> None:
    try:
        check_fields(form=FORM, given=given_, before={})
    except Invalid:
        assert not JUDGE.is_valid(given_)
    else:
        assert JUDGE.is_valid(given_)


def test_what_is_given_is_put_on_what_was_there() -> None:
    before = {"order": "ab", "gift": True, "gone": "of an older form"}
    assert check_fields(form=FORM, given={"gift": None, "count": 3}, before=before) == {
        "count": 3,
        "gone": "of an older form",
        "order": "ab",
    }
    with pytest.raises(Invalid):
        check_fields(form=FORM, given={"order": None}, before=before)


def test_formats_are_held() -> None:
    form = msgspec.convert({"properties": {"day": {"type": "string", "format": "date"}}}, Form)
    check_fields(form=form, given={"day": "2026-02-28"}, before={})
    for wrong in ("2026-02-30", "20260228", "tomorrow"):
        with pytest.raises(Invalid):
            check_fields(form=form, given={"day": wrong}, before={})


def test_what_is_not_personal_is_shown_to_all() -> None:
    kept = {"order": "ab", "plan": "gold", "gone": 1}
    assert show_fields(kept=kept, form=FORM, personal=False) == {"order": None, "plan": "gold", "gone": None}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"form": {"required": ["x"]}}, "form.required.0"),
        ({"form": {"properties": {"x": {"type": "number", "enum": ["a"]}}}}, "form.properties.x.enum"),
        ({"form": {"properties": {"x": {"type": "string", "pattern": "(a+)+$"}}}}, "form.properties.pattern"),
        ({"statuses": [{"key": "a", "name": "A", "category": "open"}] * 2}, "statuses.1.key"),
        ({"moves": {"new": ["nowhere"]}}, "moves.new"),
        ({"prefix": "acme"}, "prefix"),
    ],
)
def test_a_type_that_cannot_be(change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_body(kind=TICKET_TYPE, body={"name": "Damage", **change})
    assert field in {error["field"] for error in refused.value.errors}


def test_the_smallest_type() -> None:
    kept = check_body(kind=TICKET_TYPE, body={"name": "Damage"})
    assert kept == check_body(kind=TICKET_TYPE, body=kept) == {"name": "Damage", "form": {}}
