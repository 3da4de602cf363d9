"""What may be written of a contact, and what changes by it. Pure."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from conversations.contacts.attribute import ContactAttribute
from tenants.refusals import FieldError, Invalid, Refusal

LONGEST: Final = 1000  # characters of a text
MOST: Final = 100  # items of a list
EXACT: Final = 2**53  # numbers beyond are not the same in everybody's JSON
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ContactBlocked(Refusal):
    """The company takes no messages from you."""

    code = "contact_blocked"
    status = 403


def check_attributes(*, given: Mapping[str, Any], known: Mapping[str, ContactAttribute]) -> dict[str, Any]:
    """Answer the values as they are kept, null for one to be taken away.

    Raise Invalid with every field that is not known (`unknown`), or whose value is not of its type (`invalid`).
    """
    kept, errors = {}, []
    for key, value in given.items():
        attribute = known.get(key)
        problem = _UNKNOWN if attribute is None else _find_problem(attribute, value)
        if problem is None:
            kept[key] = list(dict.fromkeys(value)) if isinstance(value, list) else value
        else:
            errors.append(FieldError(field=f"attributes.{key}", code=problem[0], detail=problem[1]))
    if errors:
        raise Invalid(errors=errors)
    return kept


def find_changes(*, now: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what of `wanted` is not so already; null stands for what is to be taken away."""
    return {key: value for key, value in wanted.items() if not _is_same(now.get(key), value)}


def put(*, changes: Mapping[str, Any], on: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the attributes after these changes."""
    after = {**on, **changes}
    return {key: after[key] for key in sorted(after) if after[key] is not None}


def show_attributes(
    *, kept: Mapping[str, Any], known: Mapping[str, ContactAttribute], personal: bool
) -> dict[str, Any]:
    """Answer the values that are shown: of what is defined, and without `personal` null for what is personal."""
    return {key: value if personal or not known[key].personal else None for key, value in kept.items() if key in known}


def say_value(*, attribute: ContactAttribute, value: Any, language: str) -> str:
    """Answer a value as one says it to somebody: choices by their names, in the language if they have one there."""
    root, _, _ = language.partition("-")
    if isinstance(value, bool):
        return _YES_NO.get(root, _YES_NO["en"])[value]
    names = {each.key: each.names.get(language) or each.names.get(root, each.name) for each in attribute.choices}
    said = [names.get(each, str(each)) for each in (value if isinstance(value, list) else [value])]
    return ("、" if root == "zh" else ", ").join(said)


_YES_NO: Final = {"en": ("no", "yes"), "zh": ("否", "是")}
_UNKNOWN: Final = ("unknown", "No attribute of contacts is defined under this key.")


def _is_same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)  # True is no 1


def _find_problem(attribute: ContactAttribute, value: Any) -> tuple[str, str] | None:
    if value is None:
        return None
    choices = {choice.key for choice in attribute.choices}
    fits, detail = _TYPES[attribute.type]
    if not fits(value):
        return "invalid", detail
    chosen = value if isinstance(value, list) else [value]
    if choices and not choices.issuperset(chosen):
        return "invalid", f"One of {', '.join(sorted(choices))}."
    return None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip()) and len(value) <= LONGEST


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and -EXACT <= value <= EXACT


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= MOST and all(_is_text(item) for item in value)


_TYPES: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "text": (_is_text, f"A text of at most {LONGEST} characters."),
    "number": (_is_number, f"A number from -{EXACT} to {EXACT}."),
    "bool": (lambda value: isinstance(value, bool), "True or false."),
    "date": (_is_day, "A day, such as 2026-03-02."),
    "choice": (_is_text, "The key of a choice."),
    "list": (_is_list, f"A list of 1 to {MOST} texts, each of at most {LONGEST} characters."),
}
