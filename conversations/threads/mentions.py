"""Notes that name somebody: written down for each of them, listed, counted while they have not been read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from conversations.engine.events import Audience, Recorded
from conversations.engine.streams import stream_of, subject_of
from conversations.threads.models import Mention
from tenants.members.queries import get_colleagues
from tenants.paging import Page, Window, cut, turn

# Whoever erased the note's conversation has emptied it, too.
_NOTES: Final = """
SELECT e.stream, e.seq, e.sender, e.body FROM unnest(%(streams)s::uuid[], %(seqs)s::bigint[]) told(stream, seq)
JOIN event e ON e.stream = told.stream AND e.seq = told.seq
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A note that names somebody, and whether they have read it."""

    row: Mention
    sender: UUID | None
    name: str
    text: str


def get_readers(*, besides: UUID) -> dict[UUID, str]:
    """Answer the names of everybody who may see notes, but one."""
    return {
        each.person_id: each.name
        for each in get_colleagues()
        if "conversations.view" in each.permissions and each.person_id != besides
    }


def write_mentions(*, notes: Sequence[Recorded]) -> None:
    """Write down who is named in these notes; what is written already stays as it is."""
    rows = [
        Mention(
            member=UUID(str(member)),
            conversation=subject_of(stream=note.stream),
            seq=note.seq,
            position=note.position,
            at=note.at,
        )
        for note in notes
        for member in note.body.get("mentions", ())
    ]
    if rows:
        Mention.objects.bulk_create(rows, ignore_conflicts=True)


def get_mentions(*, member: UUID, unread: bool, window: Window) -> tuple[Page[Named], int]:
    """Answer a page of the notes that name a member, the newest first, and how many they have not read."""
    mine = Mention.objects.filter(member=member)
    not_read = mine.filter(read_at__isnull=True)
    rows = cut(rows=not_read if unread else mine, fields=("position",), descending=True, window=window)
    page = turn(rows=_with_notes(list(rows)), window=window, key=lambda each: (each.row.position,))
    return page, not_read.count()


def read_mentions(*, member: UUID, conversation: UUID, seq: int, now: datetime) -> None:
    """Have read whatever names the member in a conversation, up to this note."""
    found = Mention.objects.filter(member=member, conversation=conversation, seq__lte=seq, read_at__isnull=True)
    found.update(read_at=now)


def _with_notes(rows: Sequence[Mention]) -> list[Named]:
    streams = [stream_of(subject=row.conversation, audience=Audience.STAFF) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_NOTES, {"streams": streams, "seqs": [row.seq for row in rows]})
        said: dict[Any, Any] = {(stream, seq): rest for stream, seq, *rest in cursor.fetchall()}
    found = []
    for stream, row in zip(streams, rows, strict=True):
        sender, body = said[stream, row.seq]
        told = json.loads(body) if isinstance(body, str) else body
        found.append(Named(row, sender, told["name"], told["text"]))
    return found
