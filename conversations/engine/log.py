"""The log as commands and readers use it: on Django's connection, inside the caller's transaction.

A command locks first, then loads, decides and appends; append comes last before COMMIT, because it takes the
tenant's head, which everybody else in the tenant waits for.
"""

import json
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from conversations.engine import statements
from conversations.engine.announcing import announce
from conversations.engine.batch import REFUSALS, Batch, Outcome
from conversations.engine.events import Draft, Recorded, get_kinds
from conversations.engine.hints import Hint
from conversations.engine.projections import Projection, projection_parameters
from conversations.engine.streams import streams_of
from tenants.context import current_tenant, on_commit

PAGE: Final = 500
_appends: ContextVar[int] = ContextVar("yunke_appends", default=0)


def open_streams(*, subject: UUID) -> None:
    """Make the public and the staff stream of a new subject; the caller's transaction then holds both."""
    _run(statements.OPEN_STREAMS, {"streams": streams_of(subject=subject)})


def ensure_streams(*, subjects: Sequence[UUID]) -> None:
    """Make the streams of subjects whose ids everybody knows, unless they are there."""
    streams = sorted(stream for subject in subjects for stream in streams_of(subject=subject))
    _run(statements.ENSURE_STREAMS, {"streams": streams})


def lock(*, subjects: Sequence[UUID]) -> None:
    """Take the locks of all these subjects' streams, sorted. Nobody else appends to them until COMMIT."""
    streams = sorted(stream for subject in subjects for stream in streams_of(subject=subject))
    _run(statements.LOCK, {"streams": streams})


def move_access(*, subjects: Sequence[UUID]) -> None:
    """Say that others may write to these subjects now: who was permitted before has to ask anew. Lock them first."""
    streams = sorted(stream for subject in subjects for stream in streams_of(subject=subject))
    _run(statements.MOVE_ACCESS, {"streams": streams})


def erase(*, subject: UUID) -> None:
    """Empty the personal fields of everything on both streams of a subject, in place; the caller holds them.

    What senders called their events goes, too: it is theirs to choose.
    """
    personal = {kind: sorted(cls.personal) for kind, cls in get_kinds().items() if cls.personal}
    _run(statements.ERASE, {"streams": streams_of(subject=subject), "personal": json.dumps(personal)})


def replace(*, stream: UUID, seq: int, fields: Sequence[str]) -> None:
    """Empty some fields of one event, in place, and say so in it (`replaced`); the caller holds its stream.

    What comes after it on the log says what holds instead. Sent again, it is a repeat nevertheless.
    """
    _run(statements.REPLACE, {"stream": stream, "seq": seq, "fields": list(fields)})


def close(*, subjects: Sequence[UUID]) -> None:
    """Let nothing more be written about these subjects, whose streams the caller holds."""
    _run(statements.CLOSE, {"streams": [stream for subject in subjects for stream in streams_of(subject=subject)]})


def find_closed(*, subjects: Sequence[UUID]) -> set[UUID]:
    """Answer about which of these subjects nothing more can be written."""
    return {subject for (subject,) in _run(statements.FIND_CLOSED, {"subjects": list(subjects)})}


def append(*, drafts: Sequence[Draft], at: datetime, projections: Sequence[Projection] = ()) -> list[Recorded]:
    """Write the drafts in the order given; answer them as recorded (a repeat as it was recorded the first time).

    Raises the refusal of the first draft that is refused; then the caller's transaction must roll back.
    """
    if not drafts:
        return []
    batch = Batch(drafts=drafts, at=at)
    _run(statements.LOCK, {"streams": batch.locks})
    rows = _run(statements.APPEND, batch.parameters(schema=None))
    for projection in projections:
        _run(projection.catch_up, projection_parameters(subjects=batch.subjects))
    outcomes = batch.outcomes(rows)
    recorded = [_accepted(outcome) for outcome in outcomes]
    if any(outcome.verdict == "new" for outcome in outcomes):
        _appends.set(_appends.get() + 1)
        _announce(max(event.position for event in recorded))
    return recorded


def count_appends() -> int:
    """Answer how often this thread has written. Since its last COMMIT at least once: it holds the tenant's head."""
    return _appends.get()


def read_stream(*, stream: UUID, after: int, limit: int = PAGE) -> list[Recorded]:
    """Answer up to `limit` events of one stream with seq > `after`, in order."""
    return decode_rows(_run(statements.READ_STREAM, {"stream": stream, "after": after, "limit": limit}))


def read_tenant(*, after: int, limit: int = PAGE) -> list[Recorded]:
    """Answer up to `limit` events of the current tenant with position > `after`, in order."""
    return decode_rows(_run(statements.READ_TENANT, {"after": after, "limit": limit}))


def read_kinds(*, kinds: Sequence[str], after: int, until: int, limit: int = PAGE) -> list[Recorded]:
    """Answer up to `limit` events of these kinds with `after` < position <= `until`, in order."""
    return decode_rows(
        _run(statements.READ_KINDS, {"kinds": list(kinds), "after": after, "until": until, "limit": limit})
    )


def read_at(*, positions: Sequence[int]) -> dict[int, Recorded]:
    """Answer the events at these positions, as far as they are there, by position."""
    events = decode_rows(_run(statements.READ_AT, {"positions": list(positions)}))
    return {event.position: event for event in events}


def get_position() -> int:
    """Answer the position of the current tenant's last event; 0 when there is none."""
    return int(_run(statements.HEAD, {"schema": None})[0][0])


def decode_rows(rows: Sequence[tuple[Any, ...]]) -> list[Recorded]:
    """Turn rows of the event table into events; a body may come as text or decoded."""
    return [_decode(*row) for row in rows]


def _decode(*row: Any) -> Recorded:
    stream, seq, position, kind, sender, client_id, body, at = row
    decoded = json.loads(body) if isinstance(body, str) else body
    return Recorded(stream, seq, position, kind, sender, client_id, decoded, at)


def _accepted(outcome: Outcome) -> Recorded:
    if outcome.recorded is None or outcome.verdict in REFUSALS:
        raise REFUSALS[outcome.verdict]
    return outcome.recorded


def _announce(position: int) -> None:
    hint = Hint(schema=current_tenant().schema, position=position)
    on_commit(lambda: announce(signal=hint))


def run(*, sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one of the engine's statements as the current tenant; answer its rows."""
    return _run(sql, params)


def _run(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    schema = current_tenant().schema
    with connection.repeating_cursor() as cursor:  # type: ignore[attr-defined] # of our own backend
        cursor.execute(statements.qualified(sql, schema), params)
        return cursor.fetchall() if cursor.description else []
