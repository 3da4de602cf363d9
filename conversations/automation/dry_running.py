"""Dry runs: what a rule would have done in the last days. Nothing is done; the log is read in pages, some each look.

A run is a row: whoever dies leaves it as of its last page, and whoever looks next goes on from there.
"""

import time
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import Min

from conversations.automation.back_then import look_back
from conversations.automation.in_force import read_calendars
from conversations.automation.models import DryRun
from conversations.automation.rule.body import KIND, RULE, Rule
from conversations.automation.rule.triggers import TRIGGERS, names_of
from conversations.automation.rules.compiling import Compiled, compile_rule
from conversations.automation.rules.timing import find_due, may_hold
from conversations.automation.waiting import is_ended
from conversations.definitions.kinds import check_body
from conversations.definitions.queries import find_definition, find_draft
from conversations.engine import log, timers
from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.engine.streams import subject_of
from tenants.refusals import NotFound, Refusal

MOST_DAYS: Final = 90
MOST_CASES: Final = 10_000
MOST_EVENTS: Final = 1_000_000  # of the kinds that a rule follows
MOST_WAITING: Final = 10_000
MOST_RUNNING: Final = 3
PAGE: Final = 200
SLICE_S: Final = 0.25
KEPT: Final = timedelta(days=7)


class TooManyDryRuns(Refusal):
    """There are as many dry runs under way as there may be; wait for one, or cancel it."""

    code = "too_many_dry_runs"
    status = 409


def start(*, rule: str, draft: bool, days: int, by: UUID | None, now: datetime) -> UUID:
    """Start a dry run of a rule in force, or of its draft; answer its id. Raises NotFound, Invalid, TooManyDryRuns."""
    row = find_draft(kind=KIND, key=rule) if draft else find_definition(kind=KIND, key=rule)
    if row is None:
        raise NotFound
    body = check_body(kind=RULE, body=row.body or {})
    until = log.get_position()
    begin = _find_position(now - timedelta(days=days), until)
    with transaction.atomic():
        timers.hold()
        if DryRun.objects.filter(state="running").count() >= MOST_RUNNING:
            raise TooManyDryRuns
        run = DryRun(rule=rule, body=body, days=days, asked_by=by, asked_at=now)
        run.version = None if draft else getattr(row, "version", None)
        run.begin, run.position, run.until = begin, begin, until
        run.save(force_insert=True)
        timers.call_by(due=now)
    return run.id


def cancel(*, run: UUID, now: datetime) -> None:
    """Let a dry run go on no more; what it has found stays. Raises NotFound."""
    with transaction.atomic():
        row = DryRun.objects.select_for_update().filter(id=run).first()
        if row is None:
            raise NotFound
        if row.state == "running":
            row.state, row.ended_at = "cancelled", now
            row.save()


def look(*, now: datetime, due: bool) -> None:
    """Go on with the first dry run for a moment, and be called again while there is one."""
    row = DryRun.objects.select_for_update().filter(state="running").order_by("asked_at", "id").first()
    if row is not None:
        _go_on(row, now)
        row.save()
    if due:
        timers.rest()


def find_next() -> datetime | None:
    """Answer since when a dry run is to be gone on with."""
    next_: datetime | None = DryRun.objects.filter(state="running").aggregate(next=Min("asked_at"))["next"]
    return next_


def is_due(_now: datetime) -> bool:
    """Tell whether a dry run is under way."""
    return DryRun.objects.filter(state="running").exists()


def forget_dry_runs(*, now: datetime) -> None:
    """Forget what was found a week ago, and have the company looked at if a run is under way."""
    DryRun.objects.filter(asked_at__lt=now - KEPT).exclude(state="running").delete()
    if is_due(now):
        with transaction.atomic():
            timers.call_by(due=now)


def compile_run(*, row: DryRun) -> Compiled:
    """Answer the rule of a dry run, compiled with the calendars of today."""
    body = msgspec.convert(row.body, Rule)
    return compile_rule(id_=row.id, key=row.rule, version=row.version or 0, body=body, calendars=read_calendars())


def when_over(*, rule: Compiled, event: Recorded) -> datetime | None:
    """Answer when the time of a rule is over that an event has begun; None where it follows at once."""
    return find_due(rule=rule, since=event.at, calendars=read_calendars()) if rule.body.waits else None


def _go_on(row: DryRun, now: datetime) -> None:
    rule, until = compile_run(row=row), time.monotonic() + SLICE_S
    kinds = [TRIGGERS[rule.body.when.event].fact.kind]
    while row.state == "running":
        events = log.read_kinds(kinds=kinds, after=row.position, until=row.until, limit=PAGE)
        for event in events:
            _try(row, rule, event, now)
            row.position, row.events = event.position, row.events + 1
            if len(row.cases) >= MOST_CASES or row.events >= MOST_EVENTS:
                row.is_cut = event.position < row.until
                _end(row, now)
                return
            if time.monotonic() >= until:
                return
        if len(events) < PAGE:
            row.position = row.until
            _end(row, now)


def _end(row: DryRun, now: datetime) -> None:
    row.state, row.ended_at, row.waiting = "done", now, {}


def _try(row: DryRun, rule: Compiled, event: Recorded, now: datetime) -> None:
    is_early = event.at < row.asked_at - timedelta(days=row.days)  # clocks of several machines
    if is_early or rule.body.when.event not in names_of(event=event) or not may_hold(rule=rule, event=event):
        return
    at = _wait(row, rule, event, now) if rule.body.waits else None
    if rule.body.waits and at is None:
        return
    scene, _ = look_back(event=event, subject=rule.body.subject, at=at)
    if rule.holds(scene):
        row.cases = [*row.cases, event.position]


def _wait(row: DryRun, rule: Compiled, event: Recorded, now: datetime) -> datetime | None:
    """Answer when the time was over that this event has begun; None where it has begun none, or that ended before."""
    about, running = subject_of(stream=event.stream), row.waiting
    begun, over = running.get(str(about), (0, ""))
    runs = bool(over) and datetime.fromisoformat(over) > event.at
    if runs and not is_ended(rule=rule, about=about, after=begun, position__lte=event.position):
        return None
    due_at = when_over(rule=rule, event=event)
    if due_at is None:
        return None
    running = {key: each for key, each in running.items() if datetime.fromisoformat(each[1]) > event.at}
    if len(running) < MOST_WAITING:
        running[str(about)] = [event.position, due_at.isoformat()]
    row.waiting = running
    is_over = due_at <= now and not is_ended(rule=rule, about=about, after=event.position, at__lte=due_at)
    return due_at if is_over else None


def _find_position(since: datetime, until: int) -> int:
    """Answer the position after which everything has happened since then: of what is not kept any more, nothing."""
    low, high = 0, until
    while low < high:
        middle = (low + high + 1) // 2
        found = Event.objects.filter(position__gte=middle).order_by("position").values_list("at", flat=True).first()
        low, high = (middle, high) if found is not None and found < since else (low, middle - 1)
    return low
