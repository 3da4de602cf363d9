"""The form of a type of tickets: the part of JSON Schema that it is written in, and whether values fit. Pure.

Any validator of JSON Schema takes these documents. What could run away or ask elsewhere is no part of it: patterns,
references, conditions.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from tenants.refusals import FieldError, Invalid, wrong

LONGEST: Final = 4000  # characters of a text, where the form says no less
MOST: Final = 100  # items of a list, the same
EXACT: Final = 2**53  # numbers beyond are not the same in everybody's JSON
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")

Key = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z")]
Label = Annotated[str, Meta(max_length=200)]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")]
Word = Annotated[str, Meta(min_length=1, max_length=200)]
Count = Annotated[int, Meta(ge=0, le=LONGEST)]
Number = Annotated[float, Meta(ge=-EXACT, le=EXACT)]


class Items(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What the items of a list are: texts, perhaps some of a few."""

    type: Literal["string"] = "string"
    enum: Annotated[tuple[Word, ...], Meta(max_length=500)] = ()


_WORDS: Final = {
    "min_length": "minLength",
    "max_length": "maxLength",
    "max_items": "maxItems",
    "personal": "x-personal",
    "titles": "x-titles",
}


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, rename=_WORDS):
    """One question. `x-titles` are its names by language; what is not `x-personal` is shown to every key."""

    type: Literal["string", "number", "integer", "boolean", "array"]
    title: Label = ""
    titles: Annotated[dict[Language, Label], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    description: Annotated[str, Meta(max_length=1000)] = ""
    enum: Annotated[tuple[Word, ...], Meta(max_length=500)] = ()
    format: Literal["date", "email"] | UnsetType = UNSET
    min_length: Count = 0
    max_length: Count = LONGEST
    minimum: Number | UnsetType = UNSET
    maximum: Number | UnsetType = UNSET
    items: Items = msgspec.field(default_factory=Items)
    max_items: Annotated[int, Meta(ge=1, le=MOST)] = MOST
    personal: bool = True


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, rename="camel", omit_defaults=True):
    """A JSON Schema of the values, which are one object: questions by their keys, and which must be answered."""

    type: Literal["object"] = "object"
    properties: Annotated[dict[Key, Field], Meta(max_length=100)] = msgspec.field(default_factory=dict)
    required: Annotated[tuple[Key, ...], Meta(max_length=100)] = ()
    additional_properties: Literal[False] = False


def find_mistakes(*, form: Form) -> list[FieldError]:
    """Answer what in a form does not go together."""
    errors = [
        wrong(field=f"form.required.{index}", detail="There is no such property.")
        for index, key in enumerate(form.required)
        if key not in form.properties
    ]
    for key, field in form.properties.items():
        place = f"form.properties.{key}"
        errors += [wrong(field=f"{place}.{word}", detail="This is not for its type.") for word in _misplaced(field)]
        if field.min_length > field.max_length:
            errors.append(wrong(field=f"{place}.minLength", detail="No text is so long and so short."))
    return errors


def check_fields(*, form: Form, given: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the values after these were `given`, null taking one away; raise Invalid with every mistake.

    What was kept by an older form stays until it is taken away.
    """
    errors = []
    for key, value in given.items():
        field = form.properties.get(key)
        problem = "There is no such field." if field is None else None if value is None else _find_problem(field, value)
        if problem is not None:
            code = "unknown" if field is None and value is not None else "invalid"
            errors.append(FieldError(field=f"fields.{key}", code=code, detail=problem))
    merged = {**before, **given}
    after = {key: merged[key] for key in sorted(merged) if merged[key] is not None}
    errors += [
        FieldError(field=f"fields.{key}", code="required", detail="This is needed.")
        for key in form.required
        if key not in after
    ]
    if errors:
        raise Invalid(errors=errors)
    return after


def show_fields(*, kept: Mapping[str, Any], form: Form, personal: bool) -> dict[str, Any]:
    """Answer the values that are shown: without `personal` null for what is, and for what no form knows any more."""
    known = form.properties
    return {key: value if personal or _is_open(known.get(key)) else None for key, value in kept.items()}


def _is_open(field: Field | None) -> bool:
    return field is not None and not field.personal


def _misplaced(field: Field) -> list[str]:
    said = {
        "enum": (bool(field.enum), {"string"}),
        "format": (field.format is not UNSET, {"string"}),
        "minLength": (field.min_length != 0, {"string"}),
        "maxLength": (field.max_length != LONGEST, {"string"}),
        "minimum": (field.minimum is not UNSET, {"number", "integer"}),
        "maximum": (field.maximum is not UNSET, {"number", "integer"}),
        "items": (field.items != Items(), {"array"}),
        "maxItems": (field.max_items != MOST, {"array"}),
    }
    return [word for word, (is_said, types) in said.items() if is_said and field.type not in types]


def _find_problem(field: Field, value: Any) -> str | None:
    return _CHECKS[field.type](field, value)


def _string(field: Field, value: Any) -> str | None:
    if not isinstance(value, str) or not field.min_length <= len(value) <= field.max_length:
        return f"A text of {field.min_length} to {field.max_length} characters."
    if field.enum and value not in field.enum:
        return f"One of {', '.join(field.enum)}."[:500]
    if field.format == "date" and not _is_day(value):
        return "A day, such as 2026-03-02."
    if field.format == "email" and not _EMAIL.fullmatch(value):
        return "An e-mail address."
    return None


def _number(field: Field, value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -EXACT <= value <= EXACT:
        return "A number."
    if field.type == "integer" and value != int(value):
        return "A whole number."
    too_small = not isinstance(field.minimum, UnsetType) and value < field.minimum
    too_large = not isinstance(field.maximum, UnsetType) and value > field.maximum
    return "Outside of what is allowed." if too_small or too_large else None


def _boolean(_field: Field, value: Any) -> str | None:
    return None if isinstance(value, bool) else "True or false."


def _array(field: Field, value: Any) -> str | None:
    if not isinstance(value, list) or len(value) > field.max_items:
        return f"A list of at most {field.max_items}."
    if not all(isinstance(item, str) and len(item) <= LONGEST for item in value):
        return "A list of texts."
    if field.items.enum and not set(field.items.enum).issuperset(value):
        return f"Some of {', '.join(field.items.enum)}."[:500]
    return None


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


_CHECKS: Final[Mapping[str, Callable[[Field, Any], str | None]]] = {
    "string": _string,
    "number": _number,
    "integer": _number,
    "boolean": _boolean,
    "array": _array,
}
