"""What a company wants to know of its contacts besides: the definition kind `contact_attribute`."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from conversations.definitions.kinds import Kind
from tenants.refusals import Invalid, wrong

CHOOSING: Final = frozenset({"choice", "list"})

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?\Z")]
ChoiceKey = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}\Z")]
Type = Literal["text", "number", "bool", "date", "choice", "list"]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One value of a choice: what is stored, its name, perhaps in other languages, too."""

    key: ChoiceKey
    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)


class ContactAttribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """An attribute of contacts, by its key: its name, perhaps in other languages, too, and what its values are.

    `choice` is one key of the `choices`; `list` is some of their keys, or texts where there are none. A `date` is a
    day, such as 2026-03-02. One that is `personal` is shown to no key without `personal:read`.
    """

    name: Name
    names: Annotated[dict[Language, Name], Meta(max_length=20)] = msgspec.field(default_factory=dict)
    type: Type
    choices: Annotated[tuple[Choice, ...], Meta(max_length=200)] = ()
    personal: bool = True


def check_attribute(body: ContactAttribute) -> ContactAttribute:
    """Answer the attribute; raise Invalid for choices that its type does not have, lacks, or names twice."""
    if body.choices and body.type not in CHOOSING:
        raise Invalid(errors=[wrong(field="choices", detail="Only a choice or a list has choices.")])
    if not body.choices and body.type == "choice":
        raise Invalid(errors=[wrong(field="choices", detail="A choice needs at least one.")])
    keys = [choice.key for choice in body.choices]
    errors = [
        wrong(field=f"choices.{index}.key", detail="There is a choice with this key already.")
        for index, key in enumerate(keys)
        if key in keys[:index]
    ]
    if errors:
        raise Invalid(errors=errors)
    return body


CONTACT_ATTRIBUTE: Final = Kind(
    name="contact_attribute",
    titles={"en": "Contact attribute", "zh": "联系人属性"},
    body=ContactAttribute,
    key=r"[a-z][a-z0-9_]{0,63}",
    check=check_attribute,
)
