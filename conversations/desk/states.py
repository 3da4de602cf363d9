"""What people see of the desk: queues now, offers, and for a visitor their place and how long it may take."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Final, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from conversations.definitions.calendar.rules import is_open
from conversations.definitions.inbox.queries import Inbox
from conversations.desk.models import WorkRow
from conversations.desk.queue import Queue
from conversations.desk.rules.routing import Scene
from conversations.desk.rules.serving import serves
from conversations.desk.rules.waiting import estimate_wait
from conversations.desk.scene import Setup, read_agents, read_places, read_setup
from conversations.presence.queries import get_seen
from conversations.threads.queries import find_current, get_conversation

LAST: Final = 100  # so many of the last that were done say how long one takes

_COUNTS: Final = """
SELECT w.queue, w.state, count(*), min(w.queued_at) FROM work w
WHERE w.state IN ('waiting', 'offered', 'assigned') AND w.queue IS NOT NULL GROUP BY w.queue, w.state
"""


# A planner that does not know the moments takes a range with two ends for a small one, and reads it from the index.
_TODAY: Final = """
SELECT q.key, (
    SELECT count(*) FROM work w
    WHERE w.queue = q.key AND w.handed_at >= q.since AND w.handed_at < q.since + interval '2 days')
FROM unnest(%(queues)s::text[], %(since)s::timestamptz[]) q(key, since)
"""


class AgentNow(NamedTuple):
    """Somebody who serves a queue."""

    member: UUID
    name: str
    state: str
    load: int
    capacity: int


class QueueNow(NamedTuple):
    """A queue."""

    key: str
    name: str
    open: bool
    waiting: int
    offered: int
    assigned: int
    longest_wait_s: int
    handed_out_today: int
    agents: Sequence[AgentNow]


class Offer(NamedTuple):
    """What a member is offered."""

    conversation: UUID
    queue: str
    until: datetime
    attempt: int


class Waiting(NamedTuple):
    """How it stands with a visitor: `place` counts from 1; what is not known, or does not apply, is None."""

    place: int | None
    estimated_wait_s: int | None
    is_outside_hours: bool
    opens_at: datetime | None
    is_sold_out: bool


def get_queues(*, now: datetime) -> list[QueueNow]:
    """Answer every queue in force, by key."""
    setup = read_setup()
    agents, seen = read_agents(setup=setup, absent=True), get_seen()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        counts = {(queue, state): (many, since) for queue, state, many, since in cursor.fetchall()}
    today = _count_today({key: _midnight(setup, queue, now) for key, queue in setup.queues.items()})
    rows = []
    for key, place in sorted(read_places(setup=setup, waiting={}, now=now).items()):
        waiting, since = counts.get((key, "waiting"), (0, None))
        serving = [agent for agent in agents.values() if serves(agent=agent, queue=place.body, team=None)]
        rows.append(
            QueueNow(
                key=key,
                name=place.body.name,
                open=place.is_open,
                waiting=waiting,
                offered=counts.get((key, "offered"), (0, None))[0],
                assigned=counts.get((key, "assigned"), (0, None))[0],
                longest_wait_s=0 if since is None else max(int((now - since).total_seconds()), 0),
                handed_out_today=today.get(key, 0),
                agents=[
                    AgentNow(
                        agent.id,
                        agent.name,
                        seen[agent.id].state if agent.id in seen else "offline",
                        agent.load,
                        agent.capacity,
                    )
                    for agent in sorted(serving, key=lambda one: (one.name, one.id))
                ],
            )
        )
    return rows


def _midnight(setup: Setup, queue: Queue, now: datetime) -> datetime:
    """Answer when today began where the queue is at home: by its calendar's clock, or else by UTC."""
    calendar = setup.calendars.get(queue.calendar) if isinstance(queue.calendar, str) else None
    zone = ZoneInfo(calendar.time_zone) if calendar is not None else UTC
    return datetime.combine(now.astimezone(zone).date(), time.min, tzinfo=zone)


def _count_today(since: Mapping[str, datetime]) -> dict[str, int]:
    """Answer how many were handed out since then by each queue: a range of an index each."""
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, {"queues": list(since), "since": list(since.values())})
        return dict(cursor.fetchall())


def get_offers(*, member: UUID) -> list[Offer]:
    """Answer what a member is offered, the first to lapse first."""
    rows = WorkRow.objects.filter(state="offered", member=member).order_by("until")
    return [Offer(row.id, row.queue or "", row.until or row.since, row.attempt) for row in rows]  # type: ignore[arg-type] # an offer has a time


def get_waiting(*, contact: UUID, now: datetime) -> Waiting | None:
    """Answer how it stands with a contact's conversation; None where it is in no queue or an agent has it."""
    conversation = find_current(contact=contact)
    if conversation is None:
        return None
    row, setup = WorkRow.objects.filter(id=conversation).first(), read_setup()
    if row is not None and row.state not in {"waiting", "offered"}:
        return None
    inbox = get_conversation(conversation=conversation).inbox
    key = setup.inboxes.get(inbox) if row is None else row.queue  # without a row it is about to be queued
    if key is None or key not in setup.queues:
        return None
    place = read_places(setup=setup, waiting=_count_waiting(key), now=now)[key]
    scene = Scene(now=now, places={key: place}, agents=read_agents(setup=setup))
    number = None if row is None else _place_of(row)
    return Waiting(
        place=number,
        estimated_wait_s=_estimate(key, number) if number and place.is_open else None,
        is_outside_hours=not place.is_open,
        opens_at=place.opens_at,
        is_sold_out=scene.is_sold_out(place=place),
    )


def is_closed(*, inbox: Inbox, now: datetime) -> bool:
    """Answer whether it is outside hours for who writes now: by the inbox's own calendar, or by its queue's."""
    setup = read_setup()
    queue = setup.queues.get(inbox.body.queue) if isinstance(inbox.body.queue, str) else None
    keys = [inbox.body.calendar, queue.calendar if queue is not None else None]
    calendars = [setup.calendars[key] for key in keys if isinstance(key, str) and key in setup.calendars]
    return any(not is_open(calendar=calendar, at=now) for calendar in calendars)


def _count_waiting(queue: str) -> dict[str, int]:
    return {queue: WorkRow.objects.filter(state="waiting", queue=queue).count()}


def _place_of(row: WorkRow) -> int:
    if row.state == "offered" or row.rank is None:
        return 1
    return WorkRow.objects.filter(state="waiting", queue=row.queue, rank__lt=row.rank).count() + 1


def _estimate(queue: str, place: int) -> int | None:
    done = WorkRow.objects.filter(queue=queue, state="done", handed_at__isnull=False).order_by("-since")
    lasted = [
        (since - at).total_seconds() for since, at in done.values_list("since", "handed_at")[:LAST] if since and at
    ]
    in_hand = WorkRow.objects.filter(queue=queue, state="assigned").count()
    return estimate_wait(place=place, lasted_s=lasted, in_hand=in_hand)
