"""Whether something that a rule does would change anything, as far as what conditions see tells. Pure."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from conversations.automation.rule import actions
from conversations.automation.rule.actions import AnyAction
from conversations.automation.rule.fields import FIELD
from conversations.automation.rule.triggers import Subject
from conversations.automation.rules.scene import Scene


def would_change(*, action: AnyAction, subject: Subject, scene: Scene) -> bool:
    """Answer whether it would; words, tickets and signals are something new each time."""
    find = _BY_TYPE.get(type(action))
    return find is None or find(action, subject, scene)


def _priority(action: actions.SetPriority, subject: Subject, scene: Scene) -> bool:
    return bool(scene.see(f"{subject}.priority") != action.priority)


def _tags(action: actions.PutTags, _subject: Subject, scene: Scene) -> bool:
    before = set(scene.see("conversation.tags") or ())
    after = (before | {word.lower() for word in action.add}) - {word.lower() for word in action.remove}
    return before != after


def _member(action: actions.Assign, subject: Subject, scene: Scene) -> bool:
    return bool(scene.see("conversation.assignee" if subject == "conversation" else "ticket.owner") != action.member)


def _team(action: actions.HandOn, subject: Subject, scene: Scene) -> bool:
    return subject == "conversation" or bool(scene.see("ticket.team") != action.team)


def _status(action: actions.SetStatus, _subject: Subject, scene: Scene) -> bool:
    return bool(scene.see("ticket.status") != action.status)


def _field(action: actions.SetField, _subject: Subject, scene: Scene) -> bool:
    return bool(scene.see(f"{FIELD}{action.field}") != action.value)


_BY_TYPE: Final[Mapping[type, Callable[[Any, Subject, Scene], bool]]] = {
    actions.SetPriority: _priority,
    actions.PutTags: _tags,
    actions.Assign: _member,
    actions.HandOn: _team,
    actions.SetStatus: _status,
    actions.SetField: _field,
    actions.Resolve: lambda _action, _subject, scene: scene.see("conversation.status") != "resolved",
    actions.Reopen: lambda _action, _subject, scene: scene.see("conversation.status") == "resolved",
}
