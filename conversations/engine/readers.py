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

from conversations.engine import log, statements
from conversations.engine.events import Recorded
from conversations.engine.models import ReaderCursor

logger = structlog.get_logger(__name__)
MOST_NEWS: Final = 200  # events that are looked at to tell for whom there is something
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
    tenant is due (timers.py): if it is, and the reader is `timed`, the page may be empty. Where `is_due` says that the
    tenant is due for others, the reader is left alone.

    What `wants` answers counts instead of `kinds`: it is asked in a tenant that has news.
    """

    name: str
    kinds: frozenset[str] = frozenset()
    wants: Callable[[], frozenset[str]] | None = None
    apply: Callable[[Recorded, datetime], None] | None = None
    apply_page: Callable[[Sequence[Recorded], datetime, bool], None] | None = None
    timed: bool = False
    is_due: Callable[[datetime], bool] | None = None
    page: int = 100


@dataclass(frozen=True, slots=True)
class _Place:
    """How far a reader has come, and until when it is not to be tried."""

    position: int = 0
    retry_at: datetime | None = None

    def is_paused(self, *, now: datetime) -> bool:
        """Answer whether it has failed and is not to be tried yet.

        No pause is longer than the longest: what says so was written by a process whose clock was wrong.
        """
        return self.retry_at is not None and now < self.retry_at <= now + _LONGEST_PAUSE


def run_readers(*, readers: Sequence[Reader], now: datetime, due: bool = False) -> Progress:
    """Let every reader take one page in the current tenant, which may be `due`; answer what the neediest needs next.

    Most of what happens concerns few of them: the others are moved on together, by one statement.
    """
    places, until = _find_places(readers)
    able = [reader for reader in readers if not places[reader.name].is_paused(now=now)]
    news = _find_news(after=min((places[reader.name].position for reader in able), default=until), until=until)
    passing, progress = [], Progress.DONE if len(able) == len(readers) else Progress.LATER
    timed = _find_timed(able, now) if due else frozenset[str]()
    for reader in able:
        position = places[reader.name].position
        kinds = _find_kinds(reader, now) if position < until else reader.kinds
        if kinds is None:
            progress = max(progress, Progress.LATER)
        elif reader.name in timed or _is_for(kinds, news, after=position):
            progress = max(progress, _run(reader, kinds, now, until, due=reader.name in timed))
        elif position < until:
            passing.append(reader.name)
    if passing:
        log.run(sql=statements.MOVE_READERS, params={"readers": passing, "until": until, "now": now})
    return progress


def forget_errors() -> None:
    """Forget what went wrong with readers of the current tenant: errors may repeat what was being read."""
    ReaderCursor.objects.exclude(error="").update(error="")


def pause_after(*, failures: int) -> timedelta:
    """Answer how long a reader waits after so many failures in a row: doubling, at most 5 minutes."""
    return min(timedelta(seconds=2 ** min(failures, _MOST_DOUBLINGS)), _LONGEST_PAUSE)


def _find_timed(readers: Sequence[Reader], now: datetime) -> frozenset[str]:
    """Answer for whom the tenant is due; for all who are timed where that is nobody: somebody has to look."""
    timed = [reader for reader in readers if reader.timed]
    said = {ask: ask(now) for ask in {reader.is_due for reader in timed} if ask is not None}
    meant = [reader.name for reader in timed if reader.is_due is None or said[reader.is_due]]
    return frozenset(meant or [reader.name for reader in timed])


def _find_places(readers: Sequence[Reader]) -> tuple[dict[str, _Place], int]:
    """Answer where each reader is, and the position of the tenant's last event."""
    names = [reader.name for reader in readers]
    rows = log.run(sql=statements.FIND_READERS, params={"readers": names})
    places = {name: _Place(position, retry_at) for name, position, retry_at, _ in rows if name is not None}
    missing = [name for name in names if name not in places]
    if missing:  # in a commit of its own: another worker would wait for a row that is half made
        ReaderCursor.objects.bulk_create([ReaderCursor(reader=name) for name in missing], ignore_conflicts=True)
    return {name: places.get(name, _Place()) for name in names}, rows[0][3]


def _find_news(*, after: int, until: int) -> list[tuple[str, int]] | None:
    """Answer kind and position of every event in between; None if there are too many to look at."""
    if after >= until:
        return []
    if until - after > MOST_NEWS:
        return None
    return log.run(sql=statements.READ_WHAT, params={"after": after, "until": until})


def _find_kinds(reader: Reader, now: datetime) -> frozenset[str] | None:
    """Answer what a reader wants here; None where that cannot be told: then it keeps its place, and stops no other."""
    if reader.wants is None:
        return reader.kinds
    try:
        return reader.wants()
    except Exception as error:
        logger.exception("reader.failed", reader=reader.name)
        _remember_failure(reader, now, error)
        return None


def _is_for(kinds: frozenset[str], news: Sequence[tuple[str, int]] | None, *, after: int) -> bool:
    """Answer whether something of it may be for who wants these; where that was not looked at, it may."""
    return bool(kinds) if news is None else any(kind in kinds and position > after for kind, position in news)


def _run(reader: Reader, kinds: frozenset[str], now: datetime, until: int, *, due: bool) -> Progress:
    """Take one page. A reader that fails keeps its place, is tried again later and stops no other."""
    try:
        return _take_page(reader, kinds, now, until, due=due)
    except Exception as error:
        logger.exception("reader.failed", reader=reader.name)
        _remember_failure(reader, now, error)
        return Progress.LATER


def _take_page(reader: Reader, kinds: frozenset[str], now: datetime, asked: int, *, due: bool) -> Progress:
    before = log.count_appends()
    with transaction.atomic():
        held = log.run(sql=statements.HOLD_READER, params={"reader": reader.name})
        if not held:
            return Progress.LATER
        begun, retry_at, head = held[0]
        # What it wants was asked when the log had come to `asked`: it may want more of what has come since.
        until = head if reader.wants is None else min(head, asked)
        if _Place(begun, retry_at).is_paused(now=now):
            return Progress.LATER
        if until <= begun and not due:
            return Progress.DONE
        events = log.read_kinds(kinds=sorted(kinds), after=begun, until=until, limit=reader.page)
        done = _apply(reader, events, now, due=due)
        cut_short = done < len(events) or done == reader.page
        # Another worker may have come further than what this statement saw of the log.
        position = events[done - 1].position if cut_short else max(until, begun)
        log.run(sql=statements.MOVE_READER, params={"reader": reader.name, "position": position, "now": now})
    # What it wrote itself may be for another, or for itself; whatever else has happened since, the head tells.
    return Progress.MORE if cut_short or log.count_appends() != before else Progress.DONE


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
