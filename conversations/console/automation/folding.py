"""Rules and macros as forms have them, rows of questions and of actions, and back as they are kept. Pure.

A form has questions that must all be so, and groups of which one must be. What is nested more deeply the form does not
show: it stays beside the rest until somebody takes it away.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from conversations.automation.rule.fields import ATTRIBUTE, FIELD

Body = Mapping[str, Any]
OPEN: Final = (ATTRIBUTE, FIELD)
_SEVERAL: Final = frozenset({"in", "not_in", "contains_any", "contains_all"})
_NOTHING: Final = frozenset({"is_set", "is_not_set"})
_NUMBERS: Final = frozenset({"greater", "less", "older_than_s", "newer_than_s"})
_SCALARS: Final = frozenset({"is", "is_not", "in", "not_in", "at_least", "at_most"})  # of whatever the field has
# What each action takes of a row; the rest of the row is of others.
TAKES: Final[Mapping[str, tuple[str, ...]]] = {
    "set_priority": ("priority",),
    "tag": ("add", "remove"),
    "assign": ("member",),
    "hand_on": ("queue", "team", "words"),
    "resolve": (),
    "reopen": (),
    "snooze": ("for_s",),
    "set_status": ("status",),
    "set_field": ("field", "value"),
    "watch": ("member",),
    "reply": ("text", "signed"),
    "note": ("text", "tells"),
    "open_ticket": ("type", "title", "text", "priority", "team"),
    "signal": ("name",),
}


def unfold_rule(body: Body) -> dict[str, Any]:
    """Answer a rule with its condition and its actions as rows."""
    questions, nested = _flatten(body.get("if"))
    rest = {name: value for name, value in body.items() if name not in {"if", "actions"}}
    return {**rest, "questions": questions, "nested": bool(nested), "kept": nested, "actions": _unfold_actions(body)}


def fold_rule(body: Body) -> dict[str, Any]:
    """Answer a rule as it is kept."""
    made = {name: body[name] for name in body if name not in {"questions", "nested", "kept", "actions"}}
    kept = body.get("kept", []) if body.get("nested") else []
    condition = _nest(body.get("questions", []), kept)
    if condition is not None:
        made["if"] = condition
    return {**made, "when": body.get("when", {}), "actions": _fold_actions(body)}


def unfold_macro(body: Body) -> dict[str, Any]:
    """Answer a macro with its actions as rows."""
    return {**body, "actions": _unfold_actions(body)}


def fold_macro(body: Body) -> dict[str, Any]:
    """Answer a macro as it is kept."""
    return {**body, "actions": _fold_actions(body)}


def _flatten(condition: Any) -> tuple[list[dict[str, Any]], list[Any]]:
    """Answer the questions of a condition by groups, and what is nested more deeply than groups are."""
    if condition is None:
        return [], []
    parts = condition.get("all", [condition])
    questions: list[dict[str, Any]] = []
    nested: list[Any] = []
    group = 0
    for part in parts:
        if "field" in part:
            questions.append(_question(part, ""))
        elif "any" in part and all("field" in each for each in part["any"]) and group < 3:
            group += 1
            questions += [_question(each, str(group)) for each in part["any"]]
        else:
            nested.append(part)
    return questions, nested


def _question(leaf: Body, group: str) -> dict[str, Any]:
    field = leaf["field"]
    of = next((prefix for prefix in OPEN if field.startswith(prefix)), None)
    which = "" if of is None else field.removeprefix(of)
    return {"field": of or field, "which": which, "op": leaf["op"], "value": _say(leaf.get("value")), "group": group}


def _nest(questions: Sequence[Body], kept: Sequence[Any]) -> dict[str, Any] | None:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in questions:
        groups.setdefault(str(row.get("group", "")), []).append(_leaf(row))
    parts: list[Any] = [*groups.pop("", []), *({"any": leaves} for leaves in groups.values()), *kept]
    return {"all": parts} if parts else None


def _leaf(row: Body) -> dict[str, Any]:
    field = f"{row['field']}{row.get('which', '')}" if row["field"] in OPEN else row["field"]
    leaf = {"field": field, "op": row["op"]}
    text = str(row.get("value", ""))
    if row["op"] not in _NOTHING:
        leaf["value"] = _read(text, row["op"])
    return leaf


def _say(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_say(each) for each in value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _scalar(value) != value else value
    return "" if value is None else json.dumps(value)


def _read(text: str, op: str) -> Any:
    if op in _SEVERAL:
        parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
        return [_scalar(part) if op in _SCALARS else _text(part) for part in parts]
    return _scalar(text) if op in _SCALARS | _NUMBERS else _text(text)


def _text(text: str) -> str:
    """Answer what stands in quotation marks, else the text."""
    value = _scalar(text)
    return value if isinstance(value, str) and text.startswith('"') else text


def _scalar(text: str) -> Any:
    """Answer a number, true or false for what reads so, a text for what stands in quotation marks, else the text."""
    try:
        value = json.loads(text)
    except ValueError:
        return {"yes": True, "no": False}.get(text.casefold(), text)
    return value if isinstance(value, bool | int | float | str) else text


def _unfold_actions(body: Body) -> list[dict[str, Any]]:
    return [_unfold_action(each) for each in body.get("actions", ())]


def _unfold_action(action: Body) -> dict[str, Any]:
    return {**action, "value": _say(action.get("value"))} if "value" in action else dict(action)


def _fold_actions(body: Body) -> list[dict[str, Any]]:
    return [_fold_action(row) for row in body.get("actions", ())]


def _fold_action(row: Body) -> dict[str, Any]:
    do = str(row["do"])
    made: dict[str, Any] = {"do": do}
    for name in TAKES.get(do, ()):
        value = row.get(name)
        if name == "member" and do == "assign":
            made[name] = value or None
        elif name == "value":
            made[name] = _scalar(str(value)) if value else None
        elif value not in (None, "", []):
            made[name] = value
    return made
