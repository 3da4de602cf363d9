"""Types of tickets and policies as forms ask them: nothing of a body is lost by being shown and saved."""

import random
from typing import Any, Final

import pytest

from conversations.console.documents.fields import read_fields
from conversations.console.tickets.sections import SECTION, fold_policy, fold_type, unfold_policy, unfold_type
from conversations.definitions.kinds import check_body
from conversations.tickets.kind.body import TICKET_TYPE
from conversations.tickets.promises.policy import SLA_POLICY
from tests.rules.forms import filled, sent

TYPE: Final[dict[str, Any]] = {
    "name": "Return",
    "names": {"zh": "退货", "de": "Rücksendung"},
    "prefix": "RET",
    "statuses": [
        {"key": "new", "name": "New", "category": "new"},
        {"key": "lab", "name": "In the lab", "names": {"zh": "检测中", "fr": "Au labo"}, "category": "on_hold"},
        {"key": "done", "name": "Done", "category": "solved"},
    ],
    "moves": {"new": ["lab", "done"], "lab": ["done"]},
    "form": {
        "properties": {
            "order": {"type": "string", "title": "Order", "minLength": 4, "maxLength": 12},
            "pieces": {"type": "integer", "minimum": 1, "x-personal": False},
            "opened": {"type": "boolean", "x-titles": {"zh": "已拆封", "de": "Offen"}},
            "on": {"type": "string", "format": "date"},
            "why": {"type": "string", "enum": ["late", "broken"], "description": "As they say"},
            "parts": {"type": "array", "items": {"enum": ["lid", "box"]}, "maxItems": 2},
        },
        "required": ["order", "why"],
    },
    "shows_names": True,
}
POLICY: Final[dict[str, Any]] = {
    "name": "Usual",
    "order": 10,
    "selector": {"priorities": ["high"], "attributes": {"plan": "gold"}},
    "targets": {"first_reply": {"usual": 60, "urgent": 15}, "resolution": {"usual": 480}},
    "stands_still": ["on_hold"],
    "ladder": [
        {
            "key": "lead",
            "when": "before_breach",
            "minutes": 30,
            "promises": ["resolution"],
            "tells": [{"owner": True}, {"lead_of": "team"}, {"team": "tea"}, {"role": "admin"}],
            "acknowledge_within": 15,
        },
        {"key": "boss", "when": "after_breach", "minutes": 0, "effect": {"priority": "urgent", "team": "tea"}},
    ],
}


@pytest.mark.parametrize(
    ("kind", "body", "unfold", "fold"),
    [(TICKET_TYPE, TYPE, unfold_type, fold_type), (SLA_POLICY, POLICY, unfold_policy, fold_policy)],
    ids=["type", "policy"],
)
def test_what_is_shown_and_saved_is_the_same(kind: Any, body: Any, unfold: Any, fold: Any) -> None:
    kept = check_body(kind=kind, body=body)
    fields = SECTION.kinds[kind.name].fields
    form = sent(filled(fields, unfold(kept)))
    again = fold(read_fields(fields=fields, form=form, body=unfold(kept)))
    assert check_body(kind=kind, body=again) == kept


def test_a_question_whose_answer_is_another_now_forgets_what_was_asked_of_it() -> None:
    fields = SECTION.kinds["ticket_type"].fields
    pairs = filled(fields, unfold_type(TYPE))
    changed = [(name, "number" if name == "questions.0.kind" else value) for name, value in pairs]
    body = fold_type(read_fields(fields=fields, form=sent(changed), body=unfold_type(TYPE)))
    assert body["form"]["properties"]["order"] == {"type": "number", "title": "Order"}
    assert body["form"]["properties"]["pieces"]["minimum"] == 1


def test_a_row_without_a_name_is_taken_away_and_a_new_one_is_added() -> None:
    fields = SECTION.kinds["ticket_type"].fields
    pairs = dict(filled(fields, unfold_type(TYPE)))
    pairs |= {"statuses.1.key": " ", "moves": "new: done", "statuses.3.key": "shut", "statuses.3.name": "Shut"}
    pairs |= {"statuses.3.category": "closed"}
    body = fold_type(read_fields(fields=fields, form=sent(list(pairs.items())), body=unfold_type(TYPE)))
    kept = check_body(kind=TICKET_TYPE, body=body)
    assert [one["key"] for one in kept["statuses"]] == ["new", "done", "shut"]


def test_rows_in_another_order_keep_what_is_not_asked() -> None:
    fields = SECTION.kinds["ticket_type"].fields
    rows = unfold_type(TYPE)
    shuffled = {**rows, "questions": random.Random(5).sample(rows["questions"], len(rows["questions"]))}
    again = fold_type(read_fields(fields=fields, form=sent(filled(fields, shuffled)), body=rows))
    kept = check_body(kind=TICKET_TYPE, body=again)
    assert kept["form"]["properties"] == check_body(kind=TICKET_TYPE, body=TYPE)["form"]["properties"]
