"""The fields of a form with what is in them: of the body, or as somebody filled them in and was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from conversations.console.documents.fields import NEW_ROWS, Body, Field, find, show
from conversations.definitions.queries import get_in_force
from tenants.members.queries import Colleague, get_colleagues
from tenants.refusals import Refusal

ANSWERS: Final = "conversations.reply"
_WRITTEN: Final = frozenset({"text", "long", "number", "levels", "relaxations", "words", "lines", "moves"})


@dataclass(frozen=True, slots=True)
class Given:
    """A form that was refused, and why."""

    form: Mapping[str, Any] = field(default_factory=dict)
    refusal: Refusal | None = None


def ask_all(*, fields: Sequence[Field], body: Body, given: Given) -> list[dict[str, Any]]:
    """Answer every field as the page asks it."""
    people = get_colleagues()
    return [_ask(each, find(body=body, path=each.path), people, given, each.path) for each in fields]


def _ask(each: Field, value: Any, people: list[Colleague], given: Given, name: str) -> dict[str, Any]:
    shown = show(shape=each.shape, value=value)
    if given.form and each.shape in _WRITTEN:
        shown = given.form.get(name, "")
    elif given.form and each.shape == "check":
        shown = name in given.form
    if given.form and each.shape in {"choice", "boxes"}:
        value = _chosen(each, given, name)
    options = _roles(value or [], people, given, name) if each.shape == "roles" else _options(each, value, people)
    return {
        "path": name,
        "id": name.replace(".", "-"),
        "words": each.words,
        "hint": each.hint,
        "shape": each.shape,
        "value": "" if shown is None else shown,
        "optional": isinstance(each.options, str) or each.optional,
        "named": isinstance(each.options, str),
        "options": options,
        "rows": _rows(each, value, people, given, name) if each.shape == "rows" else (),
    }


def _chosen(each: Field, given: Given, name: str) -> Any:
    many: Any = getattr(given.form, "getlist", lambda _: [])
    return many(name) if each.shape == "boxes" else given.form.get(name)


def _rows(each: Field, value: Any, people: list[Colleague], given: Given, name: str) -> list[list[dict[str, Any]]]:
    """Answer the rows of a list, and some to be filled in."""
    rows: list[Body] = list(value or ())
    first = each.columns[0].path
    count = len(rows) + NEW_ROWS
    while f"{name}.{count}.{first}" in given.form:
        count += 1
    return [
        [
            _ask(
                one, find(body=rows[n] if n < len(rows) else {}, path=one.path), people, given, f"{name}.{n}.{one.path}"
            )
            for one in each.columns
        ]
        for n in range(count)
    ]


def _roles(value: list[Any], people: list[Colleague], given: Given, path: str) -> list[dict[str, Any]]:
    roles = {str(row["member"]): row.get("role", "agent") for row in value}
    return [
        {
            "value": str(one.person_id),
            "words": one.name,
            "role": given.form.get(f"{path}.{one.person_id}", "") if given.form else roles.get(str(one.person_id), ""),
        }
        for one in people
        if ANSWERS in one.permissions or str(one.person_id) in roles
    ]


def _options(each: Field, value: Any, people: list[Colleague]) -> list[dict[str, Any]]:
    chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {str(value)}
    if each.options == "members":
        pairs = [(str(one.person_id), one.name) for one in people if ANSWERS in one.permissions]
    elif isinstance(each.options, str):
        rows = get_in_force(kinds=[each.options]) if each.options else []
        pairs = [(row.key, str(row.body.get("name", row.key))) for row in rows]
    else:
        pairs = list(each.options)
    return [{"value": key, "words": words, "on": key in chosen} for key, words in pairs]
