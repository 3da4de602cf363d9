"""Rules as they are asked: put into order and by event once a version, so that an event meets only its own.

There is no `not`: whatever cannot be known yet is taken for so, and a condition that is refused then never holds.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from sys import intern
from typing import Any
from uuid import UUID

from msgspec import UnsetType

from conversations.automation.rule.body import Rule
from conversations.automation.rule.conditions import Condition, Leaf, leaves_of
from conversations.automation.rule.triggers import TRIGGERS, names_of
from conversations.automation.rules.asking import compile_question
from conversations.automation.rules.scene import EVENT, Scene
from conversations.definitions.calendar.body import Calendar
from conversations.engine.events import Recorded

Holds = Callable[[Scene], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """A version of a rule: whether all it asks for is so, and whether it may be, by the event alone."""

    id: UUID
    key: str
    version: int
    body: Rule
    holds: Holds
    may_hold: Holds


class Rulebook:
    """The rules of a company that are on, by what they follow."""

    def __init__(self, *, rules: Sequence[Compiled]) -> None:
        """Put them into their order."""
        ordered = sorted(rules, key=lambda rule: (rule.body.order, rule.key))
        self.keys = frozenset(rule.key for rule in ordered)
        self._at_once: dict[str, list[Compiled]] = defaultdict(list)
        self._later: dict[str, list[Compiled]] = defaultdict(list)
        self._ending: dict[str, list[Compiled]] = defaultdict(list)
        for rule in ordered:
            (self._later if rule.body.waits else self._at_once)[rule.body.when.event].append(rule)
            for name in rule.body.when.unless:
                self._ending[name].append(rule)
        self.kinds = frozenset(TRIGGERS[name].fact.kind for name in self._at_once)
        self.kinds_of_time = frozenset(TRIGGERS[name].fact.kind for name in (*self._later, *self._ending))

    def following(self, *, event: Recorded) -> list[Compiled]:
        """Answer the rules that follow an event at once, in their order."""
        return [rule for name in names_of(event=event) for rule in self._at_once.get(name, ())]

    def beginning(self, *, event: Recorded) -> list[Compiled]:
        """Answer the rules whose time begins with an event."""
        return [rule for name in names_of(event=event) for rule in self._later.get(name, ())]

    def ended_by(self, *, event: Recorded) -> list[Compiled]:
        """Answer the rules whose time ends with an event."""
        return [rule for name in names_of(event=event) for rule in self._ending.get(name, ())]


def compile_rule(*, id_: UUID, key: str, version: int, body: Rule, calendars: Mapping[str, Calendar]) -> Compiled:
    """Answer a version of a rule as it is asked."""
    holds: Holds = _always
    may_hold: Holds = _always
    if not isinstance(body.if_, UnsetType):
        holds = compile_condition(condition=body.if_, calendars=calendars)
        may_hold = compile_condition(condition=body.if_, calendars=calendars, known=_is_said)
    return Compiled(id=id_, key=key, version=version, body=body, holds=holds, may_hold=may_hold)


def compile_condition(
    *,
    condition: Condition,
    calendars: Mapping[str, Calendar],
    known: Callable[[str], bool] | None = None,
) -> Holds:
    """Answer a function that tells whether a condition holds; fields that are not `known` are taken for so."""
    for combine, parts in ((_all, condition.all), (_any, condition.any)):
        if not isinstance(parts, UnsetType):
            return combine([compile_condition(condition=each, calendars=calendars, known=known) for each in parts])
    (leaf,) = leaves_of(condition=condition, path="")
    if known is not None and not known(leaf.field):
        return _always
    return _leaf(leaf, calendars)


def explain(*, condition: Condition, scene: Scene, calendars: Mapping[str, Calendar]) -> list[tuple[Leaf, Any, bool]]:
    """Answer every question, what was seen, and whether it was so."""
    found = []
    for leaf in leaves_of(condition=condition, path="if"):
        seen = scene.see(leaf.field)
        found.append((leaf, seen, compile_question(leaf=leaf, calendars=calendars)(seen, scene.now)))
    return found


def _leaf(leaf: Leaf, calendars: Mapping[str, Calendar]) -> Holds:
    """Answer a function that asks once of a scene, whichever rule is the first to ask."""
    ask, field = compile_question(leaf=leaf, calendars=calendars), leaf.field
    question, group = intern(f"{field} {leaf.op} {leaf.value!r}"), field.partition(".")[0]

    def holds(scene: Scene) -> bool:
        answer = scene.answers.get(question)
        if answer is None:
            answer = scene.answers[question] = ask(scene.see_in(group, field), scene.now)
        return answer

    return holds


def _all(parts: Sequence[Holds]) -> Holds:
    if len(parts) == 1:
        return parts[0]

    def holds(scene: Scene) -> bool:
        for part in parts:  # noqa: SIM110 - all() of a generator costs as much as five questions
            if not part(scene):
                return False
        return True

    return holds


def _any(parts: Sequence[Holds]) -> Holds:
    if len(parts) == 1:
        return parts[0]

    def holds(scene: Scene) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(scene):
                return True
        return False

    return holds


def _always(_scene: Scene) -> bool:
    return True


def _is_said(field: str) -> bool:
    return field.startswith(f"{EVENT}.")
