"""The reader that keeps the index: a page of the log is one statement, and its cursor moves by the same commit.

It is killed anywhere and goes on; set back to the log's beginning it writes the same rows again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from conversations.engine.streams import streams_of
from conversations.searching import statements
from conversations.searching.rules.changes import (
    CHANGES,
    OF_TICKET,
    TICKETS,
    Change,
    Forget,
    Put,
    Replace,
    is_said,
    put,
)
from conversations.terms.grams import grams_of
from conversations.threads.actors import Actor

PAGE: Final = 500


def index(*, events: Sequence[Recorded]) -> None:
    """Write down what these events change about what is found."""
    changes = [CHANGES[event.kind](event) for event in events if event.kind in CHANGES]
    rows = _fold(changes, _find_said([change for change in changes if isinstance(change, Replace)]))
    _forget([change.subject for change in changes if isinstance(change, Forget)])
    terms = {position: grams_of(text=row.text) if row else [] for position, row in rows.items()}
    _put([row for position, row in rows.items() if row and terms[position]], terms)
    _run(statements.REMOVE, {"positions": [position for position, found in terms.items() if not found]})


def forget_contacts(contacts: Sequence[UUID], _actor: Actor, _now: datetime) -> list[UUID]:
    """Fill erasure's port: what these contacts wrote, and what was written about them, is found no more, at once.

    What the reader has read before and writes after this goes when it reads that they were erased.
    """
    with connection.cursor() as cursor:
        cursor.execute(statements.SUBJECTS_OF_CONTACTS, {"contacts": list(contacts)})
        subjects = [row[0] for row in cursor.fetchall()]
    _forget(subjects)
    return []


def _fold(changes: Sequence[Change], said: Mapping[tuple[UUID, int], Recorded]) -> dict[int, Put | None]:
    """Answer what is to be there in the end, by position; None: nothing."""
    rows: dict[int, Put | None] = {}
    for change in changes:
        match change:
            case Put():
                rows[change.position] = change
            case Replace() if (event := said.get((change.stream, change.seq))) is not None:
                there = None if change.text is None else put(event, text=change.text, source=change.source)
                rows[event.position] = there
            case Forget():
                rows = {at: row for at, row in rows.items() if row is None or row.subject != change.subject}
    return rows


def _find_said(changes: Sequence[Replace]) -> dict[tuple[UUID, int], Recorded]:
    if not changes:
        return {}
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {
            "streams": [change.stream for change in changes],
            "seqs": [change.seq for change in changes],
        }
        cursor.execute(statements.FIND_SAID, asked)
        events = log.decode_rows(cursor.fetchall())
    return {(event.stream, event.seq): event for event in events if is_said(kind=event.kind)}


def _put(rows: Sequence[Put], terms: Mapping[int, Sequence[str]]) -> None:
    if rows:
        said = {
            "positions": [row.position for row in rows],
            "sources": [row.source for row in rows],
            "ats": [row.at for row in rows],
            "subjects": [row.subject for row in rows],
            "sorts": [int(row.sort) for row in rows],
            "terms": [" ".join([*terms[row.position], *([OF_TICKET] if row.sort in TICKETS else [])]) for row in rows],
        }
        _run(statements.PUT, said)


def _forget(subjects: Sequence[UUID]) -> None:
    if subjects:
        streams = [stream for subject in subjects for stream in streams_of(subject=subject)]
        _run(statements.FORGET, {"streams": streams})


def _run(sql: str, params: dict[str, Any]) -> None:
    if "positions" not in params or params["positions"]:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)


def _index(events: Sequence[Recorded], _now: datetime, _due: bool) -> None:  # noqa: FBT001 # a reader's shape
    index(events=events)


READER: Final = Reader(name="searching", kinds=frozenset(CHANGES), apply_page=_index, page=PAGE)
