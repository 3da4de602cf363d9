"""When a rule's time is over that an event has begun, and what a page of events makes of what runs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import UnsetType

from conversations.automation.rule.triggers import say
from conversations.automation.rules.compiling import Compiled, Rulebook
from conversations.automation.rules.scene import Scene
from conversations.definitions.calendar.body import Calendar
from conversations.definitions.calendar.rules import moment_after
from conversations.engine.events import Recorded
from conversations.engine.streams import subject_of

Place = tuple[str, UUID]  # the key of a rule, and what it is about


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The time of a version of a rule that an event has begun."""

    version: UUID
    position: int
    due_at: datetime


def find_due(*, rule: Compiled, since: datetime, calendars: Mapping[str, Calendar]) -> datetime | None:
    """Answer when a rule's time is over; None: by its calendar, never."""
    when = rule.body.when
    if isinstance(when.after_s, UnsetType):
        return None
    if isinstance(when.calendar, UnsetType):
        return since + timedelta(seconds=when.after_s)
    return moment_after(calendar=calendars[when.calendar], since=since, seconds=when.after_s)


def plan(
    *,
    events: Sequence[Recorded],
    book: Rulebook,
    calendars: Mapping[str, Calendar],
    running: Collection[Place],
) -> dict[Place, Begun | None]:
    """Answer what of these events begins, in their order, and, as None, what ends; what runs already goes on.

    Whether a rule holds is asked when its time is over; what the event itself says against it is known now.
    """
    changes: dict[Place, Begun | None] = {}
    for event in events:
        about = subject_of(stream=event.stream)
        for rule in book.ended_by(event=event):
            if changes.get((rule.key, about)) is not None or (rule.key, about) in running:
                changes[rule.key, about] = None
        for rule in book.beginning(event=event):
            place = rule.key, about
            runs = changes[place] is not None if place in changes else place in running
            if runs or not may_hold(rule=rule, event=event):
                continue
            if (due_at := find_due(rule=rule, since=event.at, calendars=calendars)) is not None:
                changes[place] = Begun(version=rule.id, position=event.position, due_at=due_at)
    return changes


def may_hold(*, rule: Compiled, event: Recorded) -> bool:
    """Tell whether a rule may hold, by what an event itself says."""
    return rule.may_hold(Scene(now=event.at, said=say(event=event), load=lambda _: {}))
