"""Giving up processes that are not heard of any more, and taking up what is due to be looked at."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from django.db import connection, transaction

from tenants.context import platform_context
from tenants.presence import statements

STEADY_S: Final = 8.0
STEP_S: Final = 2.0


class Due(NamedTuple):
    """A member of whom something about their connections has changed."""

    lease: UUID
    tenant: UUID
    person: UUID
    due_at: datetime


class Steadiness:
    """Whether this process may judge others: it, the database and the database's clock have gone on evenly for a while.

    Whoever was asleep, or comes back together with a database that was away, would find everybody's lease expired and
    give up processes that only had no chance to renew.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` answers seconds that never run back."""
        self._clock = clock
        self._seen: tuple[float, datetime] | None = None
        self._since = 0.0

    def see(self, *, at: datetime) -> bool:
        """Hear the database's time; tell whether all has been even for STEADY_S."""
        now = self._clock()
        if self._seen is None or not self._is_even(now, at):
            self._since = now
        self._seen = (now, at)
        return now - self._since >= STEADY_S

    def stumble(self) -> None:
        """The database did not answer: begin anew."""
        self._seen = None

    def _is_even(self, now: float, at: datetime) -> bool:
        then, before = self._seen or (now, at)
        return now - then < STEADY_S and abs((at - before).total_seconds() - (now - then)) < STEP_S


def expire(*, steadiness: Steadiness) -> None:
    """Give up every process whose lease has expired; what it held becomes due."""
    with platform_context(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.NOW)
        if not steadiness.see(at=cursor.fetchone()[0]):
            return
        for statement in (*statements.SHORTEN, statements.EXPIRE):
            cursor.execute(statement, statements.TIMES)


def take_due() -> list[Due]:
    """Take up to MOST of what is due; nobody else does for TAKEN_S, unless something changes again."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(statements.TAKE_DUE, statements.TIMES)
        return [Due(*row) for row in cursor.fetchall()]


def finish(*, done: Sequence[Due]) -> None:
    """Say that these were looked at: what has ended is forgotten, the others rest until something changes."""
    leases, tenants, persons, dues = (list(column) for column in zip(*done, strict=True)) if done else ([], [], [], [])
    parameters = {"leases": leases, "tenants": tenants, "persons": persons, "dues": dues}
    with platform_context(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements.FORGET_ENDED, parameters)
        cursor.execute(statements.LET_REST, parameters)


def look(*, persons: Sequence[UUID]) -> tuple[datetime, set[UUID]]:
    """Answer the database's time, and which of these members of the current tenant are connected anywhere."""
    with connection.cursor() as cursor:
        cursor.execute(statements.LOOK, {"persons": list(persons)})
        at, connected = cursor.fetchone()
    return at, set(connected)
