"""The fields of a form, and the body that a filled-in form makes. Pure.

What the form does not ask stays in the body as it was; of the rows of a list, too, as long as the first field of a row
is the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from tenants.refusals import Invalid

Read = Callable[[QueryDict, str], Any]
Body = Mapping[str, Any]
LEFT_OUT: Final = object()  # the body has no such field
MOST_ROWS: Final = 100
NEW_ROWS: Final = 3  # of every list, to be filled in


@dataclass(frozen=True, slots=True)
class Field:
    """`path` is where in the body, `shape` how it is asked; `options` are those of a choice, or whose they are.

    Of a list (`rows`) `columns` are asked in each row; a row whose first column is empty is none.
    """

    path: str
    words: str
    shape: str = "text"
    hint: str = ""
    options: str | tuple[tuple[str, str], ...] = ()
    columns: "tuple[Field, ...]" = ()
    null: bool = False  # empty is said, not left out
    optional: bool = False  # an empty text is left out


def read_fields(*, fields: Sequence[Field], form: QueryDict, body: Body, prefix: str = "") -> dict[str, Any]:
    """Answer the body with what the form says; raise Invalid for what is no number where one is asked."""
    made: dict[str, Any] = dict(body)
    for field in fields:
        _put(made, field, _read(field, form, f"{prefix}{field.path}", find(body=body, path=field.path)))
    return made


def show(*, shape: str, value: Any) -> Any:
    """Answer a value of a body as its field of the form has it."""
    return _SHOWN[shape](value) if shape in _SHOWN else value


def find(*, body: Body, path: str) -> Any:
    """Answer what a body has at a path; None where it has nothing."""
    place: Any = body
    for name in path.split("."):
        place = place.get(name) if isinstance(place, Mapping) else None
    return place


def _read(field: Field, form: QueryDict, name: str, before: Any) -> Any:
    if field.shape == "rows":
        return _rows(field, form, name, before or ())
    value = _READ[field.shape](form, name)
    if value is LEFT_OUT and field.null:
        return None
    return LEFT_OUT if field.optional and not value else value


def _put(made: dict[str, Any], field: Field, value: Any) -> None:
    *above, name = field.path.split(".")
    place = made
    for part in above:
        place[part] = dict(place.get(part) or {})
        place = place[part]
    if value is LEFT_OUT:
        place.pop(name, None)
    else:
        place[name] = value
    for part in reversed(above):  # what has nothing in it is not there
        if len(above) == 1 and not made[part]:
            del made[part]


def _rows(field: Field, form: QueryDict, name: str, before: Sequence[Body]) -> list[dict[str, Any]]:
    first = field.columns[0].path
    known = {str(row.get(first)): row for row in before}
    made = []
    for index in range(MOST_ROWS):
        key = form.get(f"{name}.{index}.{first}")
        if key is None:
            break
        if key.strip():
            row = known.get(key.strip(), {})
            made.append(read_fields(fields=field.columns, form=form, body=row, prefix=f"{name}.{index}."))
    return made


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


def _lines(form: QueryDict, path: str) -> Any:
    return [line.strip() for line in _text(form, path).splitlines() if line.strip()]


def _moves(form: QueryDict, path: str) -> Any:
    """One a line: a status, a colon, and those to which it may go on."""
    moves = {}
    for line in _lines(form, path):
        key, colon, further = line.replace("：", ":").partition(":")
        if not colon:
            raise _wrong(path)
        moves[key.strip()] = further.replace(",", " ").replace("，", " ").split()
    return moves


def _whole(text: str, path: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _wrong(path)
    return int(text)


def _wrong(path: str) -> Invalid:
    return Invalid(errors=[{"field": path, "code": "invalid", "detail": "This cannot be read."}])


_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    "levels": lambda value: "\n".join(f"{name} {level}" for name, level in (value or {}).items()),
    "relaxations": lambda value: "\n".join(_show_step(step) for step in value or ()),
    "words": lambda value: " ".join(value or ()),
    "lines": lambda value: "\n".join(value or ()),
    "moves": lambda value: "\n".join(f"{key}: {', '.join(further)}" for key, further in (value or {}).items()),
}
_READ: Final[Mapping[str, Read]] = {
    "text": _text,
    "long": _text,
    "choice": _choice,
    "number": _number,
    "check": lambda form, path: path in form,
    "boxes": lambda form, path: form.getlist(path),
    "levels": _levels,
    "relaxations": _relaxations,
    "words": lambda form, path: _text(form, path).replace(",", " ").split(),
    "roles": _roles,
    "lines": _lines,
    "moves": _moves,
}
