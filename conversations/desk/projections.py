"""How facts become rows of `work`: whoever holds a conversation's streams folds what its row has not seen yet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from conversations.desk.models import WorkRow
from conversations.desk.rules.work import KINDS, Work, after
from conversations.engine.events import Audience, Recorded
from conversations.engine.log import decode_rows
from conversations.engine.streams import audience_of, stream_of, subject_of

# As in threads/projections.py: OFFSET 0 makes the planner look anew for each row, by the primary key.
_NEWS: Final = """
SELECT e.* FROM unnest(%(ids)s::uuid[], %(staff)s::uuid[]) pair(id, staff)
LEFT JOIN work w ON w.id = pair.id,
LATERAL (
    SELECT stream, seq, position, kind, sender, client_id, body, at FROM event
    WHERE stream = pair.id AND seq > coalesce(w.public_seq, 0) AND kind = ANY(%(kinds)s) OFFSET 0
) e
UNION ALL
SELECT e.* FROM unnest(%(ids)s::uuid[], %(staff)s::uuid[]) pair(id, staff)
LEFT JOIN work w ON w.id = pair.id,
LATERAL (
    SELECT stream, seq, position, kind, sender, client_id, body, at FROM event
    WHERE stream = pair.staff AND seq > coalesce(w.staff_seq, 0) AND kind = ANY(%(kinds)s) OFFSET 0
) e
ORDER BY position
"""
_LISTS: Final = ("path", "joined", "invited")
_FIELDS: Final = tuple(name for name in Work.__dataclass_fields__ if name not in {"conversation", "asked", *_LISTS})
_COLUMNS: Final = tuple(field.name for field in WorkRow._meta.concrete_fields if field.name != "id")  # Django's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A conversation's work, and up to which seq of each of its streams it is told."""

    work: Work
    public_seq: int = 0
    staff_seq: int = 0


def load(*, conversations: Iterable[UUID]) -> dict[UUID, Folded]:
    """Answer each one's work as the log tells it now; whoever is to decide by it holds the streams."""
    ids = sorted(set(conversations))
    found = {id_: Folded(work=Work(conversation=id_)) for id_ in ids}
    found |= {row.id: _folded(row) for row in WorkRow.objects.filter(id__in=ids)}
    for event in _read_news(ids):
        id_ = subject_of(stream=event.stream)
        found[id_] = take_in(folded=found[id_], event=event)
    return found


def take_in(*, folded: Folded, event: Recorded) -> Folded:
    """Answer what it is after an event of its streams; one that is in it already changes nothing."""
    staff = audience_of(stream=event.stream) is Audience.STAFF
    if event.seq <= (folded.staff_seq if staff else folded.public_seq):
        return folded
    moved = replace(folded, staff_seq=event.seq) if staff else replace(folded, public_seq=event.seq)
    if event.kind not in KINDS:
        return moved
    return replace(moved, work=after(work=folded.work, fact=event.fact(), at=event.at))


def save(*, folded: Sequence[Folded], due: Mapping[UUID, datetime | None], steps: Mapping[UUID, int]) -> None:
    """Write the rows; the caller holds their streams. Whatever is not in `due` has no time to be looked at."""
    rows = [
        _row(each, due.get(each.work.conversation), steps.get(each.work.conversation, 0))
        for each in sorted(folded, key=lambda one: one.work.conversation)
    ]
    if rows:
        WorkRow.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=list(_COLUMNS))


def _read_news(ids: Sequence[UUID]) -> list[Recorded]:
    staff = [stream_of(subject=id_, audience=Audience.STAFF) for id_ in ids]
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, {"ids": list(ids), "staff": staff, "kinds": list(KINDS)})
        return decode_rows(cursor.fetchall())


def _folded(row: WorkRow) -> Folded:
    fields: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    asked = {UUID(member): datetime.fromisoformat(at) for member, at in row.asked.items()}
    fields |= {name: tuple(getattr(row, name)) for name in _LISTS}
    work = Work(conversation=row.id, asked=asked, **fields)
    return Folded(work=work, public_seq=row.public_seq, staff_seq=row.staff_seq)


def _row(folded: Folded, due_at: datetime | None, step: int) -> WorkRow:
    work = folded.work
    return WorkRow(
        id=work.conversation,
        asked={str(member): at.isoformat() for member, at in work.asked.items()},
        **{name: list(getattr(work, name)) for name in _LISTS},
        rank=work.rank,
        step=step,
        due_at=due_at,
        public_seq=folded.public_seq,
        staff_seq=folded.staff_seq,
        **{name: getattr(work, name) for name in _FIELDS},
    )
