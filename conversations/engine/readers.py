"""Readers of the log whose effect is in the tenant's own schema: cursor, effect and new events in one commit.

There is no lease: whoever locks the cursor row works; a worker that dies lets go at once and the next one goes on
from the last commit. So the effect happens exactly once.

Whoever has appended holds the tenant's head, and must not wait for a stream whose holder waits for the head: so a page
ends with the first event whose effect appended something, and an effect appends last, and once.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

import structlog
from django.db import transaction

from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.engine.models import ReaderCursor

logger = structlog.get_logger(__name__)
_LONGEST_PAUSE: Final = timedelta(minutes=5)
_MOST_DOUBLINGS: Final = 9  # beyond the longest pause; without an end the power itself would fail one day


class Progress(IntEnum):
    """What a tenant's readers need next: nothing, to be tried again after a while, or to go on at once."""

    DONE = 0
    LATER = 1
    MORE = 2


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A named reader: `apply` gets events of its `kinds` in order, each once, and the time that it is now.

    With `apply_page` instead it gets a whole page of them, for one effect that appends at most once, and whether the
    tenant is due (timers.py): if it is, and the reader is `timed`, the page may be empty.
    """

    name: str
    kinds: frozenset[str]
    apply: Callable[[Recorded, datetime], None] | None = None
    apply_page: Callable[[Sequence[Recorded], datetime, bool], None] | None = None
    timed: bool = False
    page: int = 100


def run_readers(*, readers: Sequence[Reader], now: datetime, due: bool = False) -> Progress:
    """Let every reader take one page in the current tenant, which may be `due`; answer what the neediest needs next."""
    return max((_run(reader, now, due=due and reader.timed) for reader in readers), default=Progress.DONE)


def forget_errors() -> None:
    """Forget what went wrong with readers of the current tenant: errors may repeat what was being read."""
    ReaderCursor.objects.exclude(error="").update(error="")


def pause_after(*, failures: int) -> timedelta:
    """Answer how long a reader waits after so many failures in a row: doubling, at most 5 minutes."""
    return min(timedelta(seconds=2 ** min(failures, _MOST_DOUBLINGS)), _LONGEST_PAUSE)


def _run(reader: Reader, now: datetime, *, due: bool) -> Progress:
    """Take one page. A reader that fails keeps its place, is tried again later and stops no other."""
    try:
        _make_cursor(reader)
        return _take_page(reader, now, due=due)
    except Exception as error:
        logger.exception("reader.failed", reader=reader.name)
        _remember_failure(reader, now, error)
        return Progress.LATER


def _take_page(reader: Reader, now: datetime, *, due: bool) -> Progress:
    with transaction.atomic():
        cursor = _lock_cursor(reader)
        if cursor is None or (cursor.retry_at is not None and cursor.retry_at > now):
            return Progress.LATER
        until = log.get_position()
        if until <= cursor.position and not due:
            return Progress.DONE
        kinds = sorted(reader.kinds)
        events = log.read_kinds(kinds=kinds, after=cursor.position, until=until, limit=reader.page)
        done = _apply(reader, events, now, due=due)
        cut_short = done < len(events) or done == reader.page
        position = events[done - 1].position if cut_short else until
        ReaderCursor.objects.filter(reader=reader.name).update(
            position=position, failures=0, retry_at=None, error="", moved_at=now
        )
    return Progress.MORE if log.get_position() > position else Progress.DONE


def _apply(reader: Reader, events: Sequence[Recorded], now: datetime, *, due: bool) -> int:
    """Answer how many events were applied: all, or those up to the first that made the reader append."""
    if reader.apply_page is not None:
        if events or due:
            reader.apply_page(events, now, due)
        return len(events)
    if reader.apply is None:
        raise TypeError(f"{reader.name} applies nothing")
    before = log.count_appends()
    for n, event in enumerate(events, start=1):
        reader.apply(event, now)
        if log.count_appends() != before:
            return n
    return len(events)


def _make_cursor(reader: Reader) -> None:
    """Make the row the first time, in a commit of its own: another worker would wait for one that is half made."""
    if not ReaderCursor.objects.filter(reader=reader.name).exists():
        ReaderCursor.objects.bulk_create([ReaderCursor(reader=reader.name)], ignore_conflicts=True)


def _lock_cursor(reader: Reader) -> ReaderCursor | None:
    return ReaderCursor.objects.select_for_update(skip_locked=True).filter(reader=reader.name).first()


def _remember_failure(reader: Reader, now: datetime, error: Exception) -> None:
    with transaction.atomic():
        cursor = _lock_cursor(reader)
        if cursor is not None:
            cursor.failures += 1
            cursor.retry_at = now + pause_after(failures=cursor.failures)
            cursor.error = f"{type(error).__name__}: {error}"[:500]
            cursor.save()
