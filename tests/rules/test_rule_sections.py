"""Rules and macros as forms ask them: nothing of a body is lost by being shown and saved."""

from typing import Any, Final
from uuid import uuid4

import pytest

from conversations.automation.macro.body import MACRO
from conversations.automation.rule import actions, conditions
from conversations.automation.rule.body import RULE
from conversations.automation.rule.fields import OF
from conversations.automation.rule.triggers import TRIGGERS
from conversations.automation.rule.types import OPERATORS
from conversations.console.automation import words
from conversations.console.automation.folding import TAKES, fold_macro, fold_rule, unfold_macro, unfold_rule
from conversations.console.automation.sections import SECTION
from conversations.console.documents.fields import read_fields
from conversations.definitions.kinds import check_body
from tests.rules.forms import filled, sent

WHO: Final = str(uuid4())
DEEP: Final = {"any": [{"all": [{"field": "event.automatic", "op": "is", "value": False}]}]}
CONDITIONS: Final[dict[str, Any]] = {
    "none": None,
    "one": {"field": "event.text", "op": "contains", "value": "parcel, please"},
    "all": {
        "all": [
            {"field": "event.text", "op": "in", "value": ["1042", "late", "true"]},
            {"field": "conversation.tags", "op": "contains_any", "value": ["vip", "42"]},
            {"field": "contact.attributes.plan", "op": "is", "value": "gold"},
            {"field": "contact.attributes.age", "op": "at_least", "value": 18},
            {"field": "contact.attributes.code", "op": "is", "value": "18"},
            {"field": "contact.vouched", "op": "is", "value": True},
            {"field": "conversation.assignee", "op": "is_not_set"},
            {"field": "conversation.started_at", "op": "older_than_s", "value": 3600},
        ]
    },
    "groups": {
        "all": [
            {"field": "conversation.status", "op": "is", "value": "open"},
            {
                "any": [
                    {"field": "conversation.priority", "op": "at_least", "value": "high"},
                    {"field": "conversation.tags", "op": "contains", "value": "vip"},
                ]
            },
            {"any": [{"field": "contact.name", "op": "is_set"}, {"field": "contact.email", "op": "is_set"}]},
        ]
    },
    "deep": {"all": [{"field": "conversation.status", "op": "is", "value": "open"}, DEEP]},
}
DONE: Final[list[dict[str, Any]]] = [
    {"do": "set_priority", "priority": "none"},
    {"do": "tag", "add": ["big order", "vip"], "remove": ["new"]},
    {"do": "assign", "member": WHO},
    {"do": "assign", "member": None},
    {"do": "hand_on", "queue": "help", "words": "Please"},
    {"do": "resolve"},
    {"do": "snooze", "for_s": 3600},
    {"do": "snooze"},
    {"do": "reply", "text": "One moment.\nThank you.", "signed": "Cloud Tea"},
    {"do": "note", "text": "Look", "tells": [WHO]},
    {"do": "open_ticket", "type": "return", "title": "Return", "team": "tea"},
    {"do": "signal", "name": "big.order"},
]
OF_TICKETS: Final[list[dict[str, Any]]] = [
    {"do": "set_status", "status": "open"},
    {"do": "set_field", "field": "pieces", "value": 2},
    {"do": "set_field", "field": "code", "value": "2"},
    {"do": "set_field", "field": "order", "value": None},
    {"do": "watch", "member": WHO},
]


def same(kind: Any, body: dict[str, Any], unfold: Any, fold: Any) -> bool:
    kept = check_body(kind=kind, body=body)
    fields = SECTION.kinds[kind.name].fields
    again = fold(read_fields(fields=fields, form=sent(filled(fields, unfold(kept))), body=unfold(kept)))
    wanted = kept.get("if")
    if wanted is not None and "all" not in wanted:
        kept["if"] = {"all": [wanted]}
    return bool(check_body(kind=kind, body=again) == kept)


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_rule_that_is_shown_and_saved_is_the_same(name: str) -> None:
    body: dict[str, Any] = {
        "name": "R",
        "on": False,
        "order": 7,
        "when": {"event": "message.received", "after_s": 60, "unless": ["message.sent"], "calendar": "usual"},
        "actions": DONE,
        "stop": True,
    }
    if CONDITIONS[name] is not None:
        body["if"] = CONDITIONS[name]
    assert same(RULE, body, unfold_rule, fold_rule)


def test_a_macro_that_is_shown_and_saved_is_the_same() -> None:
    body = {"name": "M", "description": "Does it", "about": "ticket", "actions": OF_TICKETS}
    assert same(MACRO, body, unfold_macro, fold_macro)


def test_what_is_nested_goes_when_it_is_taken_away() -> None:
    body = {"name": "R", "when": {"event": "message.received"}, "if": CONDITIONS["deep"], "actions": DONE[:1]}
    rows = unfold_rule(body)
    assert "if" in fold_rule(rows)
    assert fold_rule({**rows, "nested": False})["if"] == {"all": CONDITIONS["deep"]["all"][:1]}


def test_forms_have_words_for_all_that_rules_know() -> None:
    assert list(words.TRIGGERS) == list(TRIGGERS)
    said = {f"event.{name}" for trigger in TRIGGERS.values() for name in trigger.said}
    known = said | {field for fields in OF.values() for field in fields}
    assert set(words.FIELDS) == known | {"contact.attributes.", "ticket.fields."}
    assert set(words.OPERATORS) == {op for ops in OPERATORS.values() for op in ops}
    tags = {str(each.__struct_config__.tag): each for each in actions.AnyAction.__args__}
    assert set(words.ACTIONS) == set(TAKES) == set(tags)
    for name, each in tags.items():
        assert set(TAKES[name]) == set(each.__struct_fields__), name
    assert len(CONDITIONS["all"]["all"]) <= conditions.MOST
