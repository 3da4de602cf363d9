"""What a visitor is asked before the first message: typed fields, and what an answer to each must be. Pure."""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from tenants.refusals import FieldError, Invalid, wrong

ANSWER_CHARS: Final = 500
Label = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
FieldKey = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}\Z")]

_SHAPES: Final = {
    "email": re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}"),
    "phone": re.compile(r"\+?[0-9][0-9 ()-]{3,30}"),
    "number": re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?"),
}

_ADDRESSES: Final = frozenset({"email", "phone"})


class Labels(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a field or a choice is called, per language."""

    en: Label
    zh: Label


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of a few answers."""

    key: FieldKey
    labels: Labels


class FormField(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One question. `choices` belong to a `choice` and to nothing else."""

    key: FieldKey
    labels: Labels
    type: Literal["text", "email", "phone", "number", "choice"] = "text"
    required: bool = False
    choices: Annotated[tuple[Choice, ...], Meta(max_length=50)] = ()


def find_mistakes(*, form: tuple[FormField, ...]) -> list[FieldError]:
    """Answer what is wrong with a form."""
    errors = []
    keys = [field.key for field in form]
    for index, field in enumerate(form):
        choices = [choice.key for choice in field.choices]
        if keys.count(field.key) > 1:
            errors.append(wrong(field=f"form.{index}.key", detail="This key is there twice."))
        if (field.type == "choice") != bool(choices) or len(set(choices)) < len(choices):
            errors.append(
                wrong(field=f"form.{index}.choices", detail="A choice has choices, each with a key of its own.")
            )
    return errors


def check_answers(*, form: tuple[FormField, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """Answer what was filled in, in the form's order; raise Invalid with every mistake."""
    given = {key: text.strip() for key, text in answers.items() if text.strip()}
    errors = [
        wrong(field=f"answers.{key}", detail="There is no such field.") for key in given.keys() - {f.key for f in form}
    ]
    for field in form:
        text = given.get(field.key)
        if text is None and field.required:
            errors.append({"field": f"answers.{field.key}", "code": "required", "detail": "This is needed."})
        elif text is not None and not _fits(field, text):
            errors.append(wrong(field=f"answers.{field.key}", detail=f"This is no {field.type} that can be used."))
    if errors:
        raise Invalid(errors=errors)
    return {field.key: given[field.key] for field in form if field.key in given}


def find_addresses(*, form: tuple[FormField, ...], answers: Mapping[str, str]) -> dict[str, str]:
    """Answer by their type the first e-mail address and the first phone number that were filled in."""
    fields = [field for field in form if field.type in _ADDRESSES and field.key in answers]
    return {field.type: answers[field.key] for field in reversed(fields)}


def _fits(field: FormField, text: str) -> bool:
    if field.type == "choice":
        return text in {choice.key for choice in field.choices}
    shape = _SHAPES.get(field.type)
    return len(text) <= ANSWER_CHARS and (shape is None or shape.fullmatch(text) is not None)
