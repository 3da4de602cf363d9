"""What rules and macros do: one type each, told by `do`. What each of them takes, and what it may name. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from conversations.automation.rule.triggers import Subject
from conversations.definitions.kinds import KEY, Reference
from conversations.definitions.team.body import Name
from conversations.threads.events import Priority
from tenants.refusals import FieldError, wrong

BOTH: Final[frozenset[Subject]] = frozenset({"conversation", "ticket"})
CONVERSATION: Final[frozenset[Subject]] = frozenset({"conversation"})
TICKET: Final[frozenset[Subject]] = frozenset({"ticket"})
MOST: Final = 20

Key = Annotated[str, Meta(pattern=rf"^{KEY}\Z")]
Text = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"\S")]
Title = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]
Tag = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"\S")]
Tags = Annotated[tuple[Tag, ...], Meta(max_length=20)]


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True, tag_field="do"):
    """Something to do about a conversation or a ticket; `on` says which."""

    on: ClassVar[frozenset[Subject]] = BOTH


class SetPriority(Action, tag="set_priority", frozen=True, kw_only=True):
    """Say how urgent it is."""

    priority: Priority


class PutTags(Action, tag="tag", frozen=True, kw_only=True):
    """Put labels on, and take some off."""

    on: ClassVar[frozenset[Subject]] = CONVERSATION
    add: Tags = ()
    remove: Tags = ()


class Assign(Action, tag="assign", frozen=True, kw_only=True):
    """Give it to a member; null: to nobody."""

    member: UUID | None


class HandOn(Action, tag="hand_on", frozen=True, kw_only=True):
    """Let it wait in a queue, or for a team: a conversation by its queue, a ticket as that team's."""

    queue: Key | UnsetType = UNSET
    team: Key | UnsetType = UNSET
    words: Annotated[str, Meta(max_length=1000)] = ""


class Resolve(Action, tag="resolve", frozen=True, kw_only=True):
    """Call it settled."""

    on: ClassVar[frozenset[Subject]] = CONVERSATION


class Reopen(Action, tag="reopen", frozen=True, kw_only=True):
    """Take it up again."""

    on: ClassVar[frozenset[Subject]] = CONVERSATION


class Snooze(Action, tag="snooze", frozen=True, kw_only=True):
    """Put it away for so many seconds, or until its contact writes."""

    on: ClassVar[frozenset[Subject]] = CONVERSATION
    for_s: Annotated[int, Meta(ge=60, le=31_536_000)] | UnsetType = UNSET


class SetStatus(Action, tag="set_status", frozen=True, kw_only=True):
    """Let it stand at another status, by its key."""

    on: ClassVar[frozenset[Subject]] = TICKET
    status: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}\Z")]


class SetField(Action, tag="set_field", frozen=True, kw_only=True):
    """Fill in a field of the form; null takes its value away."""

    on: ClassVar[frozenset[Subject]] = TICKET
    field: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,63}\Z")]
    value: str | float | bool | list[str] | None


class Watch(Action, tag="watch", frozen=True, kw_only=True):
    """Let a member hear of it."""

    on: ClassVar[frozenset[Subject]] = TICKET
    member: UUID


class Reply(Action, tag="reply", frozen=True, kw_only=True):
    """Say something to the customer, in the name that it is `signed` with. It answers no question of theirs."""

    text: Text
    signed: Name


class Note(Action, tag="note", frozen=True, kw_only=True):
    """Leave a word for colleagues; `tells` are those who hear of it. Of a ticket they watch it from then on."""

    text: Text
    tells: Annotated[tuple[UUID, ...], Meta(max_length=20)] = ()


class OpenTicket(Action, tag="open_ticket", frozen=True, kw_only=True):
    """Open a ticket of a type for the conversation and its contact."""

    on: ClassVar[frozenset[Subject]] = CONVERSATION
    type: Key = "general"
    title: Title
    text: Annotated[str, Meta(max_length=4000)] = ""
    priority: Priority = "none"
    team: Key | UnsetType = UNSET


class Signal(Action, tag="signal", frozen=True, kw_only=True):
    """Tell partners: `automation.signalled.v1` is on the log, and webhooks that want it send it."""

    name: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.-]{0,63}\Z")]


AnyAction = (
    SetPriority
    | PutTags
    | Assign
    | HandOn
    | Resolve
    | Reopen
    | Snooze
    | SetStatus
    | SetField
    | Watch
    | Reply
    | Note
    | OpenTicket
    | Signal
)
Actions = Annotated[tuple[AnyAction, ...], Meta(min_length=1, max_length=MOST)]


def find_mistakes(*, actions: Sequence[AnyAction], subject: Subject) -> list[FieldError]:
    """Answer every mistake in what is done about this subject."""
    return [error for index, each in enumerate(actions) for error in _find(each, subject, f"actions.{index}")]


def find_references(*, actions: Sequence[AnyAction]) -> Iterator[Reference]:
    """Yield the definitions that actions name."""
    for index, each in enumerate(actions):
        for name, kind in (("queue", "queue"), ("team", "team"), ("type", "ticket_type")):
            key = getattr(each, name, UNSET)
            if isinstance(key, str) and key != _BUILT_IN:
                yield Reference(f"actions.{index}.{name}", kind, key)


def find_members(*, actions: Sequence[AnyAction]) -> Iterator[tuple[str, str]]:
    """Yield the members whom actions name: the field and the id."""
    for index, each in enumerate(actions):
        if isinstance(each, Assign | Watch) and each.member is not None:
            yield f"actions.{index}.member", str(each.member)
        if isinstance(each, Note):
            yield from ((f"actions.{index}.tells.{n}", str(member)) for n, member in enumerate(each.tells))


_BUILT_IN: Final = "general"  # every company has this type of tickets, published or not


def _find(action: AnyAction, subject: Subject, path: str) -> Iterator[FieldError]:
    if subject not in action.on:
        detail = f"{_name(action)} is nothing to do about a {subject}."
        yield FieldError(field=f"{path}.do", code="not_for_this", detail=detail)
    for type_, problem in _PROBLEMS:
        if isinstance(action, type_) and (found := problem(action, subject)):
            yield wrong(field=path, detail=found)


def _name(action: AnyAction) -> str:
    return str(type(action).__struct_config__.tag)


def _hands_on(action: Any, subject: Subject) -> str | None:
    queue, team = isinstance(action.queue, str), isinstance(action.team, str)
    if subject == "ticket":
        return None if team and not queue else "A ticket is a team's: name one."
    return None if queue or team else "Name a queue, a team, or both."


def _tags(action: Any, _subject: Subject) -> str | None:
    return None if action.add or action.remove else "Name a tag to put on or to take off."


_PROBLEMS: Final[Sequence[tuple[type[Action], Callable[[Any, Subject], str | None]]]] = (
    (HandOn, _hands_on),
    (PutTags, _tags),
)
