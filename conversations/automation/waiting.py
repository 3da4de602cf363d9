"""What follows after a time: a reader that begins and ends the time of rules, and is called again when one is over.

The reader's cursor is held, and the streams of what a rule is about while it is looked whether it is to follow still:
each time is over once. Of what is due, one does something each look: all that it takes is held before the first append.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from conversations.automation.following import Case, do_all
from conversations.automation.holding import hold
from conversations.automation.in_force import InForce, compile_version, read_in_force
from conversations.automation.models import RuleClock
from conversations.automation.rule.triggers import TRIGGERS, names_of
from conversations.automation.rules.compiling import Compiled
from conversations.automation.rules.timing import Begun, Place, plan
from conversations.automation.seeing import look_at
from conversations.definitions.queries import get_versions
from conversations.engine import log, timers
from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.engine.streams import streams_of, subject_of
from tenants.refusals import NotFound

AT_ONCE: Final = 50
MOST: Final = 1000  # events among which is looked for one that ends it


def look(*, events: Sequence[Recorded], now: datetime, due: bool) -> None:
    """Let one of what is due follow, begin and end what these events say, and be called again for the next."""
    force = read_in_force()
    begun = _write(events, force)
    is_more = due and _let_one_follow(force, now)
    if due:
        timers.rest(again=now if is_more else None)
    elif begun:
        timers.hold()
        timers.call_by(due=min(begun))


def find_next() -> datetime | None:
    """Answer when the next time is over."""
    next_: datetime | None = RuleClock.objects.aggregate(next=Min("due_at"))["next"]
    return next_


def is_due(now: datetime) -> bool:
    """Tell whether a time is over."""
    return RuleClock.objects.filter(due_at__lte=now).exists()


def find_forgotten_rules(*, now: datetime) -> None:
    """Have the company looked at if a time is over, whatever its head says of when."""
    if is_due(now):
        with transaction.atomic():
            timers.call_by(due=now)


def wants() -> frozenset[str]:
    """Answer which events begin or end the time of some rule."""
    return read_in_force().book.kinds_of_time


def is_ended(*, rule: Compiled, about: UUID, after: int, **until: Any) -> bool:
    """Tell whether what a rule names as `unless` has happened since an event, as the log tells, `until` some place.

    It does not matter how far the log's readers have come.
    """
    kinds = {TRIGGERS[name].fact.kind for name in rule.body.when.unless}
    if not kinds:
        return False
    rows = Event.objects.filter(stream__in=streams_of(subject=about), position__gt=after, kind__in=kinds, **until)
    since = (Recorded(*row) for row in rows.order_by("position").values_list(*Recorded.__struct_fields__)[:MOST])
    return any(not set(names_of(event=each)).isdisjoint(rule.body.when.unless) for each in since)


def _write(events: Sequence[Recorded], force: InForce) -> list[datetime]:
    """Begin and end what these events say; answer when what was begun is over."""
    abouts = {subject_of(stream=event.stream) for event in events}
    rows = RuleClock.objects.filter(about__in=abouts).values_list("rule", "about", "id") if abouts else []
    running: dict[Place, UUID] = {(rule, about): id_ for rule, about, id_ in rows}
    changes = plan(events=events, book=force.book, calendars=force.calendars, running=running)
    ended = [running[place] for place in changes if place in running]
    if ended:
        RuleClock.objects.filter(id__in=ended).delete()
    begun = {place: each for place, each in changes.items() if isinstance(each, Begun)}
    RuleClock.objects.bulk_create(
        RuleClock(rule=rule, about=about, version=each.version, position=each.position, due_at=each.due_at)
        for (rule, about), each in sorted(begun.items())
    )
    return [each.due_at for each in begun.values()]


def _let_one_follow(force: InForce, now: datetime) -> bool:
    """Drop what is due and is not to follow any more, up to the first that follows; answer whether to go on at once."""
    rows = list(RuleClock.objects.filter(due_at__lte=now).order_by("due_at", "id")[:AT_ONCE])
    versions = get_versions(ids={row.version for row in rows})
    events = log.read_at(positions=[row.position for row in rows])
    over: list[UUID] = []
    did = False
    for row in rows:
        over.append(row.id)
        version, event = versions.get(row.version), events.get(row.position)
        if version is None or event is None or row.rule not in force.book.keys:
            continue  # the rule is off or retired, or its event is older than what is kept
        rule = compile_version(row=version, calendars=force.calendars)
        if did := _follow(rule, event, now):
            break
    RuleClock.objects.filter(id__in=over).delete()
    return did or len(rows) == AT_ONCE


def _follow(rule: Compiled, event: Recorded, now: datetime) -> bool:
    """Let a rule do what it does if nothing has happened against it; answer whether it was held for that."""
    subject, id_ = rule.body.subject, subject_of(stream=event.stream)
    scene = look_at(event=event, subject=subject, now=now)
    if not rule.holds(scene) or is_ended(rule=rule, about=id_, after=event.position):
        return False
    try:
        hold(subject=subject, id_=id_, actions=rule.body.actions)
    except NotFound:
        return False
    if not is_ended(rule=rule, about=id_, after=event.position):
        do_all(case=Case(event=event, subject=subject, id=id_, rules=[rule], scene=scene, now=now))
    return True
