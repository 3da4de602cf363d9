"""The fields of each kind as a form has them, and the body that a filled-in form makes. Pure.

What the form does not ask stays in the body as it was.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from django.utils.translation import gettext_noop

from tenants.refusals import Invalid

Read = Callable[[QueryDict, str], Any]
LEFT_OUT: Final = object()  # the body has no such field


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is where in the body, `shape` how it is asked; `options` are those of a choice, or whose they are."""

    path: str
    words: str
    shape: str = "text"
    hint: str = ""
    options: str | tuple[tuple[str, str], ...] = ()


def _n(path: str, words: str, hint: str = "") -> Field:
    return Field(path, words, "number", hint)


SECONDS: Final = gettext_noop("In seconds.")
NEVER: Final = gettext_noop("In seconds; empty is never.")
LEVELS: Final = gettext_noop("One a line: a name and a level from 1 to 10, such as: billing 3")

FIELDS: Final[Mapping[str, tuple[Field, ...]]] = {
    "team": (
        Field("name", gettext_noop("Name")),
        Field("members", gettext_noop("Members"), "roles"),
    ),
    "queue": (
        Field("name", gettext_noop("Name")),
        Field("teams", gettext_noop("Teams that serve it"), "boxes", options="team"),
        Field("members", gettext_noop("Others who serve it"), "boxes", options="members"),
        Field(
            "strategy",
            gettext_noop("Who comes first"),
            "choice",
            options=(
                ("least_loaded", gettext_noop("Who has least to do")),
                ("longest_idle", gettext_noop("Who has waited longest")),
                ("round_robin", gettext_noop("By turns")),
            ),
        ),
        Field("sticky", gettext_noop("Whoever had the contact last comes first"), "check"),
        Field(
            "hand_out",
            gettext_noop("How it is handed out"),
            "choice",
            options=(
                ("offer", gettext_noop("The agent is asked")),
                ("direct", gettext_noop("The agent has it at once")),
            ),
        ),
        _n("offer_s", gettext_noop("Time to accept"), SECONDS),
        _n("again_s", gettext_noop("Not asked again for"), SECONDS),
        Field("skills", gettext_noop("Skills that are needed"), "levels", LEVELS),
        Field("match_language", gettext_noop("Only agents who speak the contact's language"), "check"),
        Field(
            "relaxations",
            gettext_noop("Ask for less after a while"),
            "relaxations",
            gettext_noop("One a line: seconds, then by how many levels less, or any for any language: 120 2"),
        ),
        Field("overflow.queue", gettext_noop("Goes on to"), "choice", options="queue"),
        _n("overflow.after_s", gettext_noop("Goes on after"), NEVER),
        Field("overflow.sold_out", gettext_noop("Goes on when nobody is there or too many wait"), "check"),
        Field("overflow.outside_hours", gettext_noop("Goes on outside hours"), "check"),
        Field("calendar", gettext_noop("Business hours"), "choice", options="calendar"),
        _n("priority", gettext_noop("Priority, from 0 to 10")),
        _n("most_waiting", gettext_noop("Sold out when so many wait")),
        _n("unanswered_s", gettext_noop("Comes back when unanswered for"), NEVER),
        _n("gone_s", gettext_noop("Comes back when the agent is gone for"), NEVER),
        _n("wrap_up_s", gettext_noop("Wrap-up ends after"), NEVER),
    ),
    "agent": (
        Field("skills", gettext_noop("Skills"), "levels", LEVELS),
        Field("languages", gettext_noop("Languages"), "words", gettext_noop("Such as: en zh-Hans")),
        _n("capacity", gettext_noop("How much at once")),
        Field(
            "weights",
            gettext_noop("What a conversation takes of it"),
            "levels",
            gettext_noop("One a line: a channel and a number, such as: webchat 1"),
        ),
        _n("wrap_up_s", gettext_noop("Wrap-up ends after"), NEVER),
    ),
}
EMPTY: Final[Mapping[str, Mapping[str, Any]]] = {
    "team": {"name": "", "members": []},
    "queue": {"name": ""},
    "agent": {},
}
_NULL: Final = frozenset({"unanswered_s", "gone_s"})  # empty is said, not left out


def read_form(*, kind: str, form: QueryDict, body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the body with what the form says; raise Invalid for what is no number where one is asked."""
    made: dict[str, Any] = {key: value for key, value in body.items() if key != "overflow"}
    overflow: dict[str, Any] = {}
    for field in FIELDS[kind]:
        value = _READ[field.shape](form, field.path)
        place, name = (overflow, field.path.removeprefix("overflow.")) if "." in field.path else (made, field.path)
        if value is LEFT_OUT and name in _NULL:
            value = None
        if value is LEFT_OUT:
            place.pop(name, None)
        else:
            place[name] = value
    if overflow.get("queue"):
        made["overflow"] = overflow
    return made


def show(*, shape: str, value: Any) -> Any:
    """Answer a value of a body as its field of the form has it."""
    if shape == "levels":
        return "\n".join(f"{name} {level}" for name, level in (value or {}).items())
    if shape == "relaxations":
        return "\n".join(_show_step(step) for step in value or ())
    if shape == "words":
        return " ".join(value or ())
    return value


def find(*, body: Mapping[str, Any], path: str) -> Any:
    """Answer what a body has at a path; None where it has nothing."""
    place: Any = body
    for name in path.split("."):
        place = place.get(name) if isinstance(place, Mapping) else None
    return place


def _show_step(step: Mapping[str, Any]) -> str:
    parts = [str(step["after_s"]), *([str(step["levels"])] if step.get("levels") else [])]
    return " ".join([*parts, *(["any"] if step.get("any_language") else [])])


def _text(form: QueryDict, path: str) -> Any:
    return form.get(path, "").strip()


def _choice(form: QueryDict, path: str) -> Any:
    return _text(form, path) or LEFT_OUT


def _number(form: QueryDict, path: str) -> Any:
    text = _text(form, path)
    return _whole(text, path) if text else LEFT_OUT


def _levels(form: QueryDict, path: str) -> Any:
    pairs = [line.split() for line in _text(form, path).splitlines() if line.strip()]
    if any(len(pair) != 2 for pair in pairs):
        raise _wrong(path)
    return {name: _whole(level, path) for name, level in pairs}


def _relaxations(form: QueryDict, path: str) -> Any:
    steps = []
    for line in _text(form, path).splitlines():
        if not (parts := line.split()):
            continue
        step: dict[str, Any] = {"after_s": _whole(parts[0], path)}
        for part in parts[1:]:
            name, value = ("any_language", True) if part == "any" else ("levels", _whole(part, path))
            step[name] = value
        steps.append(step)
    return steps


def _roles(form: QueryDict, path: str) -> Any:
    roles: Sequence[tuple[str, str]] = [
        (name.removeprefix(f"{path}."), str(role)) for name, role in form.items() if name.startswith(f"{path}.")
    ]
    return [{"member": member, "role": role} for member, role in roles if role]


def _whole(text: str, path: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _wrong(path)
    return int(text)


def _wrong(path: str) -> Invalid:
    return Invalid(errors=[{"field": path, "code": "invalid", "detail": "This cannot be read."}])


_READ: Final[Mapping[str, Read]] = {
    "text": _text,
    "choice": _choice,
    "number": _number,
    "check": lambda form, path: path in form,
    "boxes": lambda form, path: form.getlist(path),
    "levels": _levels,
    "relaxations": _relaxations,
    "words": lambda form, path: _text(form, path).replace(",", " ").split(),
    "roles": _roles,
}
