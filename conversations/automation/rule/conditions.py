"""Conditions: what is asked of fields, all or any of several, nested. Checked when they are written. Pure."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from typing import Annotated, Any, Final, NamedTuple, get_args
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.automation.rule.fields import ATTRIBUTE, KEYS_OF, find_type
from conversations.automation.rule.types import OPERATORS, Type, Wants
from conversations.definitions.kinds import Reference
from conversations.threads.events import Priority
from tenants.refusals import FieldError, wrong

DEEPEST: Final = 6
MOST: Final = 50  # leaves of one rule
PRIORITIES: Final = get_args(Priority)

Word = Annotated[str, Meta(max_length=500)]
Name = Annotated[str, Meta(max_length=200)]
Scalar = bool | int | float | Word
Value = Scalar | Annotated[tuple[Scalar, ...], Meta(max_length=200)]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """`all` of several, `any` of several, or what is asked (`op`) of a `field`, with a `value` beside it."""

    all: Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=MOST)] | UnsetType = UNSET
    any: Annotated[tuple["Condition", ...], Meta(min_length=1, max_length=MOST)] | UnsetType = UNSET
    field: Name | UnsetType = UNSET
    op: Name | UnsetType = UNSET
    value: Value | UnsetType = UNSET


class Leaf(NamedTuple):
    """One question, and where in the body it stands."""

    path: str
    field: str
    op: str
    value: Any


def leaves_of(*, condition: Condition, path: str) -> Iterator[Leaf]:
    """Yield the questions in a condition that fits, in their order."""
    for name, parts in (("all", condition.all), ("any", condition.any)):
        if not isinstance(parts, UnsetType):
            for index, part in enumerate(parts):
                yield from leaves_of(condition=part, path=f"{path}.{name}.{index}")
    if isinstance(condition.field, str) and isinstance(condition.op, str):
        value = None if isinstance(condition.value, UnsetType) else condition.value
        yield Leaf(path, condition.field, condition.op, value)


def find_mistakes(*, condition: Condition, trigger: str, path: str) -> list[FieldError]:
    """Answer every mistake in a condition of a rule that follows this trigger."""
    errors = list(_find(condition, trigger, path, 1))
    if not errors and sum(1 for _ in leaves_of(condition=condition, path=path)) > MOST:
        errors.append(wrong(field=path, detail=f"At most {MOST} questions in one rule."))
    return errors


def find_references(*, condition: Condition, path: str) -> Iterator[Reference]:
    """Yield the definitions that a condition names: attributes, calendars, and what its values are keys of."""
    for leaf in leaves_of(condition=condition, path=path):
        if leaf.field.startswith(ATTRIBUTE):
            yield Reference(f"{leaf.path}.field", "contact_attribute", leaf.field.removeprefix(ATTRIBUTE))
        if leaf.op in {"within_hours", "outside_hours"}:
            yield Reference(f"{leaf.path}.value", "calendar", leaf.value)
        elif leaf.field in KEYS_OF and leaf.value is not None:
            values = leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)
            yield from (Reference(f"{leaf.path}.value", KEYS_OF[leaf.field], str(value)) for value in values)


def _find(condition: Condition, trigger: str, path: str, depth: int) -> Iterator[FieldError]:
    groups = [(name, each) for name in ("all", "any") if (each := getattr(condition, name)) is not UNSET]
    asks = [each for each in (condition.field, condition.op, condition.value) if each is not UNSET]
    if len(groups) + bool(asks) != 1:
        yield wrong(field=path, detail="Either `all`, or `any`, or a `field` with an `op`.")
    elif depth > DEEPEST:
        yield wrong(field=path, detail=f"Nested deeper than {DEEPEST}.")
    elif groups:
        name, parts = groups[0]
        for index, part in enumerate(parts):
            yield from _find(part, trigger, f"{path}.{name}.{index}", depth + 1)
    else:
        yield from _find_in_leaf(condition, trigger, path)


def _find_in_leaf(leaf: Condition, trigger: str, path: str) -> Iterator[FieldError]:
    type_ = find_type(field=leaf.field, trigger=trigger) if isinstance(leaf.field, str) else None
    if type_ is None:
        detail = f"There is no such field of {trigger}."
        yield FieldError(field=f"{path}.field", code="unknown_field", detail=detail)
        return
    wants = OPERATORS[type_].get(leaf.op) if isinstance(leaf.op, str) else None
    if wants is None:
        detail = f"Of a {type_} can be asked: {', '.join(OPERATORS[type_])}."
        yield FieldError(field=f"{path}.op", code="unknown_operator", detail=detail)
        return
    problem = _find_problem(type_, wants, None if isinstance(leaf.value, UnsetType) else leaf.value)
    if problem is not None:
        yield wrong(field=f"{path}.value", detail=problem)


def _find_problem(type_: Type, wants: Wants, value: Any) -> str | None:
    match wants:
        case Wants.NOTHING:
            return None if value is None else "Nothing is asked for here."
        case Wants.SEVERAL:
            if not isinstance(value, tuple) or not value:
                return "A list of one value or more."
            return next((found for each in value if (found := _find_wrong(type_, each))), None)
        case Wants.ONE:
            return _find_wrong(type_, value)
        case Wants.NUMBER | Wants.SECONDS:
            return None if _is_number(value) and (wants is Wants.NUMBER or value >= 0) else "A number."
        case Wants.TEXT | Wants.CALENDAR:
            return None if isinstance(value, str) and value else "A text."


def _find_wrong(type_: Type, value: Any) -> str | None:
    match type_:
        case Type.BOOL:
            return None if isinstance(value, bool) else "True or false."
        case Type.PRIORITY:
            return None if value in PRIORITIES else f"One of {', '.join(PRIORITIES)}."
        case Type.MEMBER:
            return None if _reads(UUID, value) else "The id of a member."
        case Type.MOMENT:
            return None if _reads(partial(msgspec.convert, type=_Aware), value) else "A time with its zone."
        case Type.OPEN:
            return None if isinstance(value, str | bool) or _is_number(value) else "A text, a number, true or false."
        case _:
            return None if isinstance(value, str) and value else "A text."


_Aware = Annotated[datetime, Meta(tz=True)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _reads(reader: Any, value: Any) -> bool:
    try:
        reader(value)
    except (ValueError, TypeError, AttributeError, msgspec.ValidationError):
        return False
    return isinstance(value, str)
