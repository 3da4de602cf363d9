"""Reading what rules would have done, and what is told of rules that were cut short or refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conversations.automation.back_then import look_back
from conversations.automation.dry_running import compile_run, when_over
from conversations.automation.events import AUTOMATION, ActionRefused, RuleCut
from conversations.automation.in_force import read_calendars
from conversations.automation.models import DryRun
from conversations.automation.rule.actions import AnyAction
from conversations.automation.rule.conditions import Condition, Leaf
from conversations.automation.rules.compiling import Compiled, explain
from conversations.automation.rules.foreseeing import would_change
from conversations.engine import log
from conversations.engine.events import Audience, Recorded
from conversations.engine.models import Event
from conversations.engine.streams import stream_of, subject_of
from tenants.paging import Page, Window, cut, turn, turn_whole
from tenants.refusals import NotFound

TROUBLE: Final = (RuleCut.kind, ActionRefused.kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a rule, what was seen, whether it was so, and whether that is told as it is today."""

    leaf: Leaf
    seen: Any
    holds: bool
    is_todays: bool


@dataclass(frozen=True, slots=True)
class Foreseen:
    """An event that a rule would have followed, at a moment: what it saw, and what of its actions changes something."""

    event: Recorded
    at: datetime
    about: UUID
    asked: list[Asked]
    actions: list[tuple[AnyAction, bool]]


def get_run(*, run: UUID) -> DryRun:
    """Answer a dry run; raise NotFound."""
    row = DryRun.objects.filter(id=run).first()
    if row is None:
        raise NotFound
    return row


def get_runs(*, window: Window) -> Page[DryRun]:
    """Answer a page of the dry runs, the newest first."""
    rows = cut(rows=DryRun.objects.defer("waiting"), fields=("asked_at", "id"), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.asked_at.isoformat(), row.id))


def get_cases(*, run: UUID, window: Window) -> Page[Foreseen]:
    """Answer a page of what a dry run has found, the first event first; raise NotFound.

    What is seen is read from the log now: what was erased since is not shown, nor what is not kept any more.
    """
    row = get_run(run=run)
    rule = compile_run(row=row)
    page = turn_whole(rows=row.cases, window=window, key=lambda position: (f"{position:020d}",))
    events = log.read_at(positions=page.rows)
    found = [_foresee(rule, events[position]) for position in page.rows if position in events]
    return Page(found, page.next, page.previous)


def get_trouble(*, window: Window) -> Page[Event]:
    """Answer a page of what is told of rules that were cut short or refused, the newest first."""
    stream = stream_of(subject=AUTOMATION, audience=Audience.STAFF)
    told = Event.objects.filter(stream=stream, kind__in=TROUBLE)
    rows = cut(rows=told, fields=("seq",), descending=True, window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.seq,))


def _foresee(rule: Compiled, event: Recorded) -> Foreseen:
    at, subject = when_over(rule=rule, event=event), rule.body.subject
    scene, then = look_back(event=event, subject=subject, at=at)
    asked: list[Asked] = []
    if isinstance(rule.body.if_, Condition):
        answers = explain(condition=rule.body.if_, scene=scene, calendars=read_calendars())
        asked = [Asked(leaf, seen, so, leaf.field.partition(".")[0] in then.todays) for leaf, seen, so in answers]
    foreseen = [(each, would_change(action=each, subject=subject, scene=scene)) for each in rule.body.actions]
    return Foreseen(event, at or event.at, subject_of(stream=event.stream), asked, foreseen)
