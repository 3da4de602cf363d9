"""Reading the desk: what waits where, what somebody has, what may have been forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Count

from conversations.desk.models import WorkRow
from conversations.desk.rules.routing import Place
from conversations.desk.rules.work import KINDS, Work
from conversations.engine.events import Audience, Recorded
from conversations.engine.streams import audience_of, subject_of
from conversations.threads.events import ConversationIntroduced

FOLDED: Final = frozenset(KINDS) - {ConversationIntroduced.kind}

_OPEN: Final = """
SELECT c.id, c.inbox, c.status = 'open' AND c.assignee IS NULL AND c.last_author IS NOT NULL,
    c.inbox = ANY(%(inboxes)s), w.state, w.queue, w.due_at, w.public_seq, w.staff_seq
FROM conversation c LEFT JOIN work w ON w.id = c.id WHERE c.id = ANY(%(ids)s)
"""
# Since when a contact waits for a word: the first of what they said after anybody else's last.
_ASKS: Final = """
SELECT c.id, (
    SELECT min(e.at) FROM event e WHERE e.stream = c.id AND e.kind = 'message.posted.v1' AND e.seq > coalesce((
        SELECT max(m.seq) FROM event m
        WHERE m.stream = c.id AND m.kind = 'message.posted.v1' AND m.body->>'author' = 'member'), 0))
FROM conversation c WHERE c.id = ANY(%(ids)s) AND c.last_author = 'contact'
"""
_LAST_AGENTS: Final = """
SELECT c.id, (
    SELECT o.assignee FROM conversation o
    WHERE o.contact_id = c.contact_id AND o.id <> c.id AND o.assignee IS NOT NULL ORDER BY o.last_at DESC LIMIT 1)
FROM conversation c WHERE c.id = ANY(%(ids)s)
"""
# The first two conditions are those of the index.
_COMPANY: Final = """
SELECT w.id FROM work w WHERE (w.joined <> '{}' OR w.invited <> '{}')
    AND (%(member)s = ANY(w.invited) OR (%(member)s = ANY(w.joined) AND NOT %(invited)s))
"""
_FORGOTTEN: Final = """
(SELECT c.id FROM conversation c LEFT JOIN work w ON w.id = c.id
 WHERE c.status = 'open' AND c.assignee IS NULL AND c.last_author IS NOT NULL AND c.inbox = ANY(%(inboxes)s)
   AND (w.id IS NULL OR w.state IN ('loose', 'done', 'assigned')) LIMIT %(limit)s)
UNION
(SELECT id FROM work WHERE state IN ('waiting', 'offered') AND due_at IS NULL LIMIT %(limit)s)
"""


class Group(NamedTuple):
    """Conversations that wait for the same: in which queue, for which team, in which language, relaxed how often."""

    queue: str
    team: str | None
    language: str | None
    step: int
    many: int


@dataclass(frozen=True, slots=True)
class Open:
    """A conversation and what its row of `work` says, which may be behind; `state` is None where there is no row."""

    inbox: str
    is_unassigned: bool
    is_queued_by_inbox: bool
    state: str | None
    queue: str | None
    due_at: datetime | None
    public_seq: int | None
    staff_seq: int | None

    @property
    def wants_a_look(self) -> bool:
        """Answer whether a word of its contact changes something: it waits nowhere, or for its agent."""
        if self.state == "assigned" and self.queue is not None:
            return self.due_at is None
        return self.is_unassigned and self.is_queued_by_inbox and self.state in {None, "loose", "done"}


def find_open(*, conversations: Collection[UUID], inboxes: Sequence[str]) -> dict[UUID, Open]:
    """Answer these conversations; `inboxes` are those that name a queue."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"ids": list(conversations), "inboxes": list(inboxes)})
        return {id_: Open(*rest) for id_, *rest in cursor.fetchall()}


def is_news(*, seen: Mapping[UUID, Open], event: Recorded) -> bool:
    """Answer whether an event is not in its row yet, and means something where there is no row."""
    found = seen.get(subject_of(stream=event.stream))
    if found is None:
        return False
    if found.state is None:
        return found.is_queued_by_inbox
    staff = audience_of(stream=event.stream) is Audience.STAFF
    return event.seq > ((found.staff_seq if staff else found.public_seq) or 0)


def find_held(*, members: Sequence[UUID]) -> list[UUID]:
    """Answer what these members are offered, or have from a queue."""
    rows = WorkRow.objects.filter(member__in=members, state__in=["offered", "assigned"], queue__isnull=False)
    return list(rows.values_list("id", flat=True))


def find_company(*, member: UUID, invited: bool = False) -> list[UUID]:
    """Answer the conversations that a member has joined or is invited to, or only those that they are `invited` to."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPANY, {"member": member, "invited": invited})
        return [id_ for (id_,) in cursor.fetchall()]


def find_forgotten(*, inboxes: Sequence[str], limit: int) -> list[UUID]:
    """Answer what waits though nobody will ever look: in no queue where it should be in one, or without a time."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGOTTEN, {"inboxes": list(inboxes), "limit": limit})
        return [id_ for (id_,) in cursor.fetchall()]


def get_waiting_groups() -> list[Group]:
    """Answer what waits, by what it waits for; read from an index alone."""
    rows = WorkRow.objects.filter(state="waiting").values_list("queue", "team", "language", "step")
    return [Group(*row) for row in rows.annotate(many=Count("id"))]


def get_heads(*, group: Group, limit: int) -> list[UUID]:
    """Answer the first of a group, in their order."""
    rows = WorkRow.objects.filter(
        state="waiting", queue=group.queue, team=group.team, language=group.language, step=group.step
    )
    return list(rows.order_by("rank", "id").values_list("id", flat=True)[:limit])


def get_asks_since(*, conversations: Collection[UUID]) -> dict[UUID, datetime]:
    """Answer since when the contacts of these conversations wait for a word; those who do not are left out."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKS, {"ids": list(conversations)})
        return {id_: at for id_, at in cursor.fetchall() if at is not None}


def get_last_agents(*, conversations: Collection[UUID]) -> dict[UUID, UUID]:
    """Answer who had the contacts of these conversations the last time, in another conversation."""
    if not conversations:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LAST_AGENTS, {"ids": list(conversations)})
        return {id_: member for id_, member in cursor.fetchall() if member is not None}


def count_steps(*, work: Work, places: Mapping[str, Place], now: datetime) -> int:
    """Answer how many relaxations of its queue a waiting conversation has passed."""
    place = places.get(work.queue or "")
    if place is None or work.entered_at is None:
        return 0
    return sum(now >= work.entered_at + timedelta(seconds=step.after_s) for step in place.body.relaxations)
