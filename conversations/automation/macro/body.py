"""What a macro is: the typed body of definition kind `macro`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from conversations.automation.rule import actions
from conversations.automation.rule.actions import Actions
from conversations.automation.rule.triggers import Subject
from conversations.definitions.kinds import Kind, Reference
from conversations.definitions.team.body import Name
from tenants.refusals import Invalid

KIND: Final = "macro"


class Macro(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What somebody does about a conversation or a ticket at once, all of it or nothing, in their own name."""

    name: Name
    description: Annotated[str, Meta(max_length=500)] = ""
    about: Subject
    actions: Actions


def check_macro(body: Macro) -> Macro:
    """Answer the macro; raise Invalid with every mistake."""
    errors = actions.find_mistakes(actions=body.actions, subject=body.about)
    if errors:
        raise Invalid(errors=errors)
    return body


def find_references(body: Mapping[str, Any]) -> Iterator[Reference]:
    """Yield the definitions that a macro names."""
    yield from actions.find_references(actions=msgspec.convert(body, Macro).actions)


def find_members(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the members whom a macro names."""
    yield from actions.find_members(actions=msgspec.convert(body, Macro).actions)


MACRO: Final = Kind(
    name=KIND,
    titles={"en": "Macro", "zh": "快捷操作"},
    body=Macro,
    check=check_macro,
    refers_to=("queue", "team", "ticket_type"),
    find_references=find_references,
    find_members=find_members,
)
