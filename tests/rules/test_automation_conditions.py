"""Conditions of rules: what may be asked of what, and what is answered; nested ones against a second evaluator."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.automation.rule.body import RULE, Rule, check_rule
from conversations.automation.rule.conditions import DEEPEST, Condition, Leaf
from conversations.automation.rule.types import OPERATORS
from conversations.automation.rules.asking import compile_question
from conversations.automation.rules.compiling import compile_condition
from conversations.automation.rules.scene import Scene
from conversations.definitions.calendar.body import Calendar, Interval, Week
from conversations.definitions.kinds import Reference, check_body, get_members_named, get_references
from tenants.refusals import Invalid

NOW: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
DAY: Final = (Interval(opens="09:00", closes="17:00"),)
OFFICE: Final = {"office": Calendar(name="Office", time_zone="UTC", week=Week(wednesday=DAY))}
MEMBER: Final = "0190a0a0-0000-7000-8000-00000000000a"
ACT: Final = [{"do": "set_priority", "priority": "high"}]


def scene(values: dict[str, Any]) -> Scene:
    groups: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        groups.setdefault(name.partition(".")[0], {})[name] = value
    return Scene(now=NOW, said=groups.get("event", {}), load=lambda group: groups.get(group, {}))


def asked(op: str, value: Any, seen: Any) -> bool:
    return compile_question(leaf=Leaf("if", "event.x", op, value), calendars=OFFICE)(seen, NOW)


@pytest.mark.parametrize(
    ("op", "value", "seen", "expected"),
    [
        ("is", "Gold", "gold", True),
        ("is", True, 1, False),
        ("is", 1, True, False),
        ("is", 1, 1.0, True),
        ("is", "gold", None, False),
        ("is_not", "gold", None, True),
        ("in", ("a", "B"), "b", True),
        ("in", ("a",), None, False),
        ("not_in", ("a",), "c", True),
        ("contains", "FUND", "A refund", True),
        ("contains", "vip", ("VIP", "x"), True),
        ("contains", "vi", ("VIP", "x"), False),
        ("not_contains", "退款", "我要退款", False),
        ("contains_any", ("a", "z"), ("A",), True),
        ("contains_all", ("a", "z"), ("A",), False),
        ("starts_with", "re", "Refund", True),
        ("is_set", None, "", False),
        ("is_set", None, 0, True),
        ("is_set", None, False, True),
        ("is_not_set", None, (), True),
        ("at_least", "high", "urgent", True),
        ("at_most", "high", "urgent", False),
        ("greater", 5, 5, False),
        ("at_least", 5, 5, True),
        ("greater", 5, "many", False),
        ("less", 5, True, False),
        ("before", "2026-03-04T13:00:00+01:00", NOW, False),
        ("before", "2026-03-04T13:00:01+01:00", NOW, True),
        ("after", "2026-03-04T11:59:59Z", NOW.isoformat(), True),
        ("older_than_s", 60, NOW - timedelta(seconds=61), True),
        ("older_than_s", 60, NOW - timedelta(seconds=60), False),
        ("newer_than_s", 60, NOW, True),
        ("within_hours", "office", NOW, True),
        ("within_hours", "office", NOW + timedelta(hours=5), False),
        ("outside_hours", "office", NOW + timedelta(hours=5), True),
        ("within_hours", "office", None, False),
    ],
)
def test_what_is_answered(op: str, value: Any, seen: Any, expected: bool) -> None:
    assert asked(op, value, seen) is expected


def test_every_operator_is_known_to_both() -> None:
    samples: dict[str, Any] = {
        "in": ("a",),
        "not_in": ("a",),
        "contains_any": ("a",),
        "contains_all": ("a",),
        "older_than_s": 1,
        "newer_than_s": 1,
        "before": NOW.isoformat(),
        "after": NOW.isoformat(),
        "within_hours": "office",
        "outside_hours": "office",
        "greater": 1,
        "less": 1,
    }
    for operators in OPERATORS.values():
        for op in operators:
            assert asked(op, samples.get(op, "a"), None) in {True, False}


def body(condition: Any, *, event: str = "message.received", actions: Any = None) -> dict[str, Any]:
    return {"name": "R", "when": {"event": event}, "if": condition, "actions": actions or ACT}


def mistakes(rule: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refused:
        check_body(kind=RULE, body=rule)
    return [(error["field"], error["code"]) for error in refused.value.errors]


def ask(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_what_is_asked_of_what_is_not_there_is_refused_where_it_stands() -> None:
    text = ask("event.text", "is", "a")
    assert mistakes(body({"all": [text, ask("event.owner", "is", MEMBER)]})) == [("if.all.1.field", "unknown_field")]
    assert mistakes(body(ask("ticket.status", "is", "new"))) == [("if.field", "unknown_field")]
    assert mistakes(body(ask("event.text", "greater", 1))) == [("if.op", "unknown_operator")]
    assert mistakes(body(ask("event.text", "is", True))) == [("if.value", "invalid")]
    assert mistakes(body(ask("conversation.assignee", "is", "me"))) == [("if.value", "invalid")]
    assert mistakes(body(ask("event.at", "before", "2026-03-04T12:00:00"))) == [("if.value", "invalid")]
    assert mistakes(body(ask("conversation.priority", "in", ["high", "huge"]))) == [("if.value", "invalid")]
    assert mistakes(body(ask("conversation.tags", "contains_any", []))) == [("if.value", "invalid")]
    assert mistakes(body(ask("event.at", "older_than_s", -1))) == [("if.value", "invalid")]
    assert mistakes(body({"field": "event.text", "op": "is_set", "value": "a"})) == [("if.value", "invalid")]
    assert mistakes(body({"all": [text], "any": [text]})) == [("if", "invalid")]
    assert mistakes(body({})) == [("if", "invalid")]


def test_what_rules_follow_and_do_is_checked() -> None:
    assert mistakes(body(ask("event.text", "is", "a"), event="message.lost")) == [("when.event", "unknown_event")]
    snooze = [{"do": "snooze"}]
    condition = ask("ticket.status", "is", "new")
    assert mistakes(body(condition, event="ticket.opened", actions=snooze)) == [("actions.0.do", "not_for_this")]
    assert mistakes(body(condition, event="ticket.opened", actions=[{"do": "hand_on", "queue": "q"}])) == [
        ("actions.0", "invalid")
    ]
    late = {"name": "R", "when": {"event": "ticket.moved", "unless": ["ticket.moved"]}, "actions": ACT}
    assert mistakes(late) == [("when", "invalid")]
    other = {"name": "R", "when": {"event": "ticket.moved", "after_s": 60, "unless": ["message.sent"]}, "actions": ACT}
    assert mistakes(other) == [("when.unless.0", "invalid")]
    with pytest.raises(Invalid):
        check_body(kind=RULE, body=body(ask("event.text", "is", "a"), actions=[{"do": "explode"}]))


def test_nesting_has_an_end() -> None:
    condition = ask("event.text", "is", "a")
    for _ in range(DEEPEST - 1):
        condition = {"all": [condition]}
    check_body(kind=RULE, body=body(condition))
    deeper = body({"any": [condition]})
    assert mistakes(deeper)[0][1] == "invalid"
    many = {"all": [{"any": [ask("event.text", "is", "a")] * 30}] * 2}
    assert mistakes(body(many)) == [("if", "invalid")]
    for _ in range(400):
        condition = {"all": [condition]}
    with pytest.raises(Invalid):
        check_body(kind=RULE, body=body(condition))


def test_whatever_a_rule_names_is_found() -> None:
    condition = {
        "any": [
            ask("contact.attributes.tier", "is", "gold"),
            {"all": [ask("event.at", "outside_hours", "office"), ask("conversation.inbox", "in", ["a", "b"])]},
        ]
    }
    actions = [{"do": "hand_on", "queue": "help"}, {"do": "note", "text": "x", "tells": [MEMBER]}]
    rule = check_body(kind=RULE, body=body(condition, actions=actions))
    assert get_references(kind=RULE, body=rule) == [
        Reference("if.any.0.field", "contact_attribute", "tier"),
        Reference("if.any.1.all.0.value", "calendar", "office"),
        Reference("if.any.1.all.1.value", "inbox", "a"),
        Reference("if.any.1.all.1.value", "inbox", "b"),
        Reference("actions.0.queue", "queue", "help"),
    ]
    assert get_members_named(kind=RULE, key="r", body=rule) == [("actions.1.tells.0", MEMBER)]
    assert RULE.may_name("calendar")


def test_a_body_is_stored_in_its_plain_form() -> None:
    rule = body(ask("event.text", "is", "a"))
    assert check_body(kind=RULE, body=rule) == rule


leaves = st.builds(
    ask,
    st.sampled_from(["event.text", "conversation.status", "contact.name"]),
    st.sampled_from(["is", "is_not"]),
    st.sampled_from(["a", "b"]),
)
trees = st.recursive(
    leaves,
    lambda part: st.builds(
        lambda name, parts: {name: parts}, st.sampled_from(["all", "any"]), st.lists(part, min_size=1, max_size=4)
    ),
    max_leaves=20,
)
worlds = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from(["a", "b", "c"]) for name in ("event.text", "conversation.status", "contact.name")},
)


def naive(tree: dict[str, Any], world: dict[str, Any], *, known: str = "") -> bool:
    """A second evaluator: plain recursion over the document, whose unknown leaves are so."""
    if "all" in tree:
        return False not in [naive(part, world, known=known) for part in tree["all"]]
    if "any" in tree:
        return True in [naive(part, world, known=known) for part in tree["any"]]
    if not tree["field"].startswith(known):
        return True
    same = world.get(tree["field"]) == tree["value"]
    return same if tree["op"] == "is" else not same


@given(trees, worlds)
def test_nested_conditions_are_as_a_second_evaluator_says(tree: dict[str, Any], world: dict[str, Any]) -> None:
    condition = msgspec.convert(tree, Condition)
    holds = compile_condition(condition=condition, calendars={})
    assert holds(scene(world)) is naive(tree, world)
    may = compile_condition(condition=condition, calendars={}, known=lambda field: field.startswith("event."))
    assert may(scene(world)) is naive(tree, world, known="event.")
    assert may(scene(world)) or not holds(scene(world)), "what may not be so is not so"


@given(trees)
def test_what_is_checked_once_is_the_same_again(tree: dict[str, Any]) -> None:
    rule = body(tree)
    try:
        plain = check_body(kind=RULE, body=rule)
    except Invalid:
        return
    assert check_rule(msgspec.convert(plain, Rule)) == msgspec.convert(rule, Rule)
