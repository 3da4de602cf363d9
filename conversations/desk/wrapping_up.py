"""Wrap-up ends by itself: a reader of presence that is called again when the next one is due.

The reader's cursor is held, and each member's stream while it is looked whether they still wrap up: it ends once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Min

from conversations.desk.models import WorkRow
from conversations.desk.rules.serving import Agent
from conversations.desk.rules.wrap_up import ends_at
from conversations.desk.scene import read_setup
from conversations.engine import timers
from conversations.engine.events import Recorded
from conversations.presence.commands import end_wrap_ups
from conversations.presence.queries import get_wrapping_up
from conversations.threads.actors import SYSTEM
from conversations.threads.queries import get_next_waking


class Wrapping(NamedTuple):
    """Since when a member wraps up, and when that ends."""

    since: datetime
    ends: datetime


def end_due(*, events: Sequence[Recorded], now: datetime, due: bool) -> None:  # noqa: ARG001 - that something happened
    """End what is due, and be called again for the next; the events say only that it is worth a look."""
    found = _find_wrapping()
    over = {member: each.since for member, each in found.items() if each.ends <= now}
    if over:
        end_wrap_ups(members=over, by=SYSTEM.id)
    if over or due:
        timers.rest()
    elif found:
        timers.hold()
        timers.call_by(due=min(each.ends for each in found.values()))


def find_next() -> datetime | None:
    """Answer when the next of all that the desk waits for is due."""
    work = WorkRow.objects.aggregate(next=Min("due_at"))["next"]
    known = [at for at in (work, get_next_waking()) if at is not None]
    return min([*(each.ends for each in _find_wrapping().values()), *known], default=None)


def is_due(now: datetime) -> bool:
    """Tell whether something that the desk waits for is due."""
    next_ = find_next()
    return next_ is not None and next_ <= now


def _find_wrapping() -> Mapping[UUID, Wrapping]:
    since = get_wrapping_up()
    if not since:
        return {}
    known = read_setup()
    found = {}
    for member, at in since.items():
        agent = Agent(id=member, teams=known.teams.get(member, frozenset()))
        ends = ends_at(agent=agent, body=known.agents.get(member), queues=known.queues.values(), since=at)
        if ends is not None:
            found[member] = Wrapping(at, ends)
    return found
