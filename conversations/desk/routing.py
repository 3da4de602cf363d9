"""One look at the desk: what is due, what has happened, who is free, and all that follows, in one transaction.

The caller holds the tenant's router (its reader's cursor). Locks are taken in this order: the desk, the conversations'
streams, the tenant's head.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from conversations.audit.events import AuditRecorded
from conversations.desk import projections, queries
from conversations.desk.events import ConversationOffered
from conversations.desk.models import WorkRow
from conversations.desk.projections import Folded
from conversations.desk.queries import Open
from conversations.desk.queue import Queue
from conversations.desk.rules.routing import Case, Outcome, Scene, in_order, queue_up, route
from conversations.desk.rules.serving import Agent, is_able, serves
from conversations.desk.rules.work import Work, fold
from conversations.desk.scene import Setup, read_agents, read_places, read_setup
from conversations.engine import log, timers
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.streams import subject_of
from conversations.presence.events import PresenceChanged
from conversations.threads.actors import SYSTEM
from conversations.threads.commands import record
from conversations.threads.events import ConversationAssigned, ConversationIntroduced, MessagePosted
from tenants.context import current_tenant
from tenants.database.locks import lock_key

DUE_AT_ONCE: Final = 100
MOST_HEADS: Final = 60
_NOTHING: Final = frozenset({MessagePosted.kind, ConversationOffered.kind, ConversationIntroduced.kind})
SPARE: Final = 10  # heads of a queue beyond those that there is room for: some of their agents may have declined them


def hold_desk() -> None:
    """Let nobody else give anything to an agent until COMMIT: what there is room for is counted and taken in one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"desk:{current_tenant().schema}")])


def look(*, events: Sequence[Recorded], now: datetime, due: bool) -> None:
    """Do what follows from these events, from time if the tenant is `due`, and from who is free; appends once at most.

    Where nothing was ever queued it costs one question, and where nothing but talk has happened, two.
    """
    setup = read_setup()
    if not setup.queues and not WorkRow.objects.filter(due_at__isnull=False).exists():
        if due:
            timers.rest()
        return
    touched = _find_touched(setup, events)
    if not due and not touched and not any(_frees(event) for event in events):
        return
    hold_desk()
    wanted = touched | _find_due(now)
    if due:
        wanted |= set(queries.find_forgotten(inboxes=list(setup.inboxes), limit=DUE_AT_ONCE))
    scene, heads = _look_around(setup, now, anew=due or any(event.kind == AuditRecorded.kind for event in events))
    something = _decide(setup, scene, sorted(wanted | heads))
    timers.rest(again=now if something and len(heads) >= MOST_HEADS else None)


def _frees(event: Recorded) -> bool:
    """Answer whether an event may have made something possible by itself; that somebody got something has not."""
    return event.kind not in _NOTHING and (event.kind != ConversationAssigned.kind or event.body["to"] is None)


def _find_touched(setup: Setup, events: Sequence[Recorded]) -> set[UUID]:
    """Answer the conversations for which something may follow from what has happened."""
    gone = [e.body["member"] for e in events if e.kind == PresenceChanged.kind and e.body["state"] == "offline"]
    asking = {
        subject_of(stream=e.stream) for e in events if e.kind == MessagePosted.kind and e.body["author"] == "contact"
    }
    told = [e for e in events if e.kind in queries.FOLDED]
    ids = asking | {subject_of(stream=event.stream) for event in told}
    found = queries.find_open(conversations=ids, inboxes=list(setup.inboxes)) if ids else {}
    news = {subject_of(stream=e.stream) for e in told if queries.is_news(seen=found, event=e)}
    touched = {id_ for id_, each in found.items() if id_ in news or (id_ in asking and each.wants_a_look)}
    return touched | set(queries.find_held(members=[UUID(member) for member in gone])) if gone else touched


def _find_due(now: datetime) -> set[UUID]:
    rows = WorkRow.objects.filter(due_at__lte=now).order_by("due_at")
    return set(rows.values_list("id", flat=True)[:DUE_AT_ONCE])


def _look_around(setup: Setup, now: datetime, *, anew: bool) -> tuple[Scene, set[UUID]]:
    """Answer the scene, and the conversations at the head of each queue that somebody has room for.

    With `anew` those, too, whose queue is not in force any more.
    """
    groups = queries.get_waiting_groups()
    waiting: dict[str, int] = {}
    for group in groups:
        waiting[group.queue] = waiting.get(group.queue, 0) + group.many
    places = read_places(setup=setup, waiting=waiting, now=now)
    scene = Scene(now=now, places=places, agents=read_agents(setup=setup))
    free = [agent for agent in scene.agents.values() if agent.is_online and agent.load < agent.capacity]
    heads: set[UUID] = set()
    for group in groups:
        place = places.get(group.queue)
        able = [agent for agent in free if place is not None and place.is_open and _may_serve(agent, group, place.body)]
        if place is None and anew:
            heads |= set(queries.get_heads(group=group, limit=MOST_HEADS))
        if able:
            room = sum(agent.capacity - agent.load for agent in able)
            heads |= set(queries.get_heads(group=group, limit=min(room + SPARE, MOST_HEADS)))
    return scene, heads


def _may_serve(agent: Agent, group: queries.Group, queue: Queue) -> bool:
    steps = queue.relaxations[: group.step]
    return serves(agent=agent, queue=queue, team=group.team) and is_able(
        agent=agent,
        queue=queue,
        language=group.language,
        levels=max((step.levels for step in steps), default=0),
        any_language=any(step.any_language for step in steps),
    )


def _decide(setup: Setup, scene: Scene, ids: Sequence[UUID]) -> bool:
    """Hold these conversations, see them as they are now, and let happen what follows; answer whether anything did."""
    if not ids:
        return False
    log.lock(subjects=ids)
    folded = projections.load(conversations=ids)
    seen = queries.find_open(conversations=ids, inboxes=list(setup.inboxes))
    asks = queries.get_asks_since(conversations=[id_ for id_, each in folded.items() if each.work.state != "waiting"])
    starts = _enqueue(setup, scene, seen, folded, asks)
    cases = [Case(work=starts.get(id_, (each.work, []))[0], asks_since=asks.get(id_)) for id_, each in folded.items()]
    outcomes = route(cases=cases, scene=scene)
    for outcome in outcomes:
        outcome.facts[:0] = starts.get(outcome.work.conversation, (None, []))[1]
    _write(folded, outcomes, scene)
    return bool(in_order(outcomes=outcomes))


def _enqueue(
    setup: Setup, scene: Scene, seen: dict[UUID, Open], folded: dict[UUID, Folded], asks: dict[UUID, datetime]
) -> dict[UUID, tuple[Work, list[Fact]]]:
    """Answer those that are nobody's and in no queue as they are in their inbox's queue, and by which facts."""
    loose = [id_ for id_, each in folded.items() if _is_loose(each.work, seen.get(id_), scene)]
    lasts = queries.get_last_agents(conversations=loose)
    starts = {}
    for id_ in loose:
        work, place = folded[id_].work, scene.places.get(setup.inboxes[seen[id_].inbox])
        if place is None:
            continue
        facts = queue_up(
            work=work,
            place=place,
            reason="started" if work.queued_at is None else "returned",
            since=asks.get(id_) or (work.queued_at if work.state == "waiting" else None) or scene.now,
            scene=scene,
            preferred=work.last or lasts.get(id_),
        )
        starts[id_] = (fold(work=work, events=[(fact, scene.now) for fact in facts]), facts)
    return starts


def _is_loose(work: Work, seen: Open | None, scene: Scene) -> bool:
    """Answer whether it is to be queued: it waits nowhere, or where nobody hands out any more."""
    nowhere = work.state in {"loose", "done"} or (work.state == "waiting" and scene.find_place(work=work) is None)
    return nowhere and seen is not None and seen.is_unassigned and seen.is_queued_by_inbox


def _write(folded: dict[UUID, Folded], outcomes: Sequence[Outcome], scene: Scene) -> None:
    drafts = [Draft(subject=id_, fact=fact, sender=SYSTEM.id) for id_, fact in in_order(outcomes=outcomes)]
    for event in record(drafts=drafts, at=scene.now):
        id_ = subject_of(stream=event.stream)
        folded[id_] = projections.take_in(folded=folded[id_], event=event)
    rows = {row.id: row for row in WorkRow.objects.filter(id__in=list(folded))}
    due = {outcome.work.conversation: outcome.due_at for outcome in outcomes}
    steps = {
        id_: queries.count_steps(work=each.work, places=scene.places, now=scene.now) for id_, each in folded.items()
    }
    changed = [
        each for id_, each in folded.items() if _is_changed(each, rows.get(id_), due.get(id_), steps[id_], scene.now)
    ]
    projections.save(folded=changed, due=due, steps=steps)


def _is_changed(folded: Folded, row: WorkRow | None, due: datetime | None, step: int, now: datetime) -> bool:
    """Answer whether a row has to be written: not for a later look that is only later because this one was now."""
    if row is None:
        return folded.staff_seq > 0
    if (row.public_seq, row.staff_seq, row.step) != (folded.public_seq, folded.staff_seq, step):
        return True
    if row.due_at is None or due is None:
        return row.due_at != due
    return row.due_at <= now or due < row.due_at
