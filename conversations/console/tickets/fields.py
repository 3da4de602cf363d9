"""The form of a type of tickets as HTML asks it, and the values that a filled-in one makes. Pure.

What fits is judged by the form itself (tickets/kind/form.py); here texts become what JSON has.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.http import QueryDict

from conversations.tickets.kind.form import Field, Form

PREFIX: Final = "field."
_TRUE, _FALSE = "yes", "no"


def show_form(*, form: Form, kept: Mapping[str, Any], language: str, given: QueryDict | None = None) -> list[Any]:
    """Answer each question with how it is asked and what is there; what was `given` and refused stays."""
    return [
        {
            "key": key,
            "name": f"{PREFIX}{key}",
            "words": field.titles.get(language, field.title) or key,
            "hint": field.description,
            "shape": _shape(field),
            "required": key in form.required,
            "value": _show(field, kept.get(key)) if given is None else given.get(f"{PREFIX}{key}", ""),
            "options": field.enum or field.items.enum,
            "chosen": list(kept.get(key) or ()) if given is None else given.getlist(f"{PREFIX}{key}"),
            "longest": field.max_length,
        }
        for key, field in form.properties.items()
    ]


def read_form(*, form: Form, given: QueryDict, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the values that are other than those kept; None takes one away."""
    read = {key: _read(field, given, f"{PREFIX}{key}") for key, field in form.properties.items()}
    return {key: value for key, value in read.items() if value != kept.get(key)}


def _shape(field: Field) -> str:
    if field.type == "boolean":
        return "boolean"
    if field.type == "array":
        return "boxes" if field.items.enum else "lines"
    if field.enum:
        return "choice"
    if field.type in {"number", "integer"}:
        return "number"
    return field.format if isinstance(field.format, str) else "text"


def _show(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, list):
        return "\n".join(value)
    return f"{value:g}" if isinstance(value, float) and field.type != "string" else str(value)


def _read(field: Field, given: QueryDict, name: str) -> Any:
    text = given.get(name, "").strip()
    match _shape(field):
        case "boxes":
            return given.getlist(name) or None
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()] or None
        case "boolean":
            return {_TRUE: True, _FALSE: False}.get(text)
        case "number" if text:
            return _number(text)
        case _:
            return text or None


def _number(text: str) -> Any:
    """Answer the number; what is none stays a text, which the form refuses."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text
