"""The worker process: gives every tenant's news to the readers; in threads of their own it runs the errands.

It is woken by the bus and looks by itself every second, so a lost hint costs a second. Everything it does is
committed with its own cursor or state, so it may be killed at any line.
"""

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog
from django.db import DatabaseError, connection

from config.attendant import Attendant
from config.rounds import LOOK_S, Head, Rounds
from config.wiring import ERRANDS, READERS, build_ear
from conversations.engine import statements
from conversations.engine.bus import Ear
from conversations.engine.hints import Change, Signal
from conversations.engine.readers import Progress, run_readers
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.lookups import KEPT_S
from tenants.queries import get_active_tenants

logger = structlog.get_logger(__name__)

GATHER_S: Final = 0.05
SOON_S: Final = 0.1  # what is still due after a look is in other hands, or fails: it is not asked for without a pause
SLICE_S: Final = 0.2  # for those who are due, and for those who wait, before those with news are looked for again


class Worker:
    """One process's loop."""

    def __init__(self) -> None:
        """Know nothing yet: the first look finds every tenant that has ever had an event."""
        self._stopping = threading.Event()
        self._tenants: dict[str, TenantRef] = {}
        self._tenants_until = 0.0
        self._rounds = Rounds()
        self._looked_at = 0.0
        self._ear: Ear | None = None

    def stop(self) -> None:
        """End after the page in hand."""
        self._stopping.set()

    def run(self) -> None:
        """Work until stop()."""
        logger.info("worker.started")
        attendants = [Attendant(errand) for errand in ERRANDS]
        for attendant in attendants:
            attendant.start()
        try:
            self._work()
        finally:
            for attendant in attendants:
                attendant.stop()
            for attendant in attendants:
                attendant.join()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                if not self._look():
                    self._wait()
            except (DatabaseError, psycopg.Error) as error:
                logger.warning("worker.database_away", error=type(error).__name__)
                self._let_go()
                self._stopping.wait(LOOK_S)
        self._let_go()

    def _look(self) -> bool:
        """Let tenants' readers take one page each; tell whether some need to go on at once.

        The heads are looked at anew each time: no tenant's news wait for another's backlog, nor for the many that a
        worker which has just started knows nothing of.
        """
        fresh, due, waiting = self._rounds.sort(heads=self._get_heads())
        self._looked_at = time.monotonic()
        served = [self._serve(head) is Progress.MORE for head in fresh]
        more = any([*served, self._serve_some(due), self._serve_some(waiting)])
        return more and not self._stopping.is_set()

    def _serve_some(self, heads: Sequence[Head]) -> bool:
        """Serve as many of them as there is time for; tell whether some need to go on at once."""
        until, more = time.monotonic() + SLICE_S, False
        for n, head in enumerate(heads, start=1):
            more = self._serve(head) is Progress.MORE or more
            if (now := time.monotonic()) > until:
                return more or any(self._rounds.is_neglected(head=other, at=now) for other in heads[n:])
        return more

    def _serve(self, head: Head) -> Progress:
        """One tenant's readers. A tenant whose tables are locked, behind or gone is tried again and stops no other."""
        if self._stopping.is_set():
            return Progress.LATER
        self._rounds.serve(head=head, at=time.monotonic())
        tenant = self._find_tenant(head.schema)
        if tenant is None or tenant.closed is not None:
            return Progress.LATER
        try:
            with tenant_context(tenant):
                progress = run_readers(readers=READERS, now=datetime.now(UTC), due=head.due)
        except DatabaseError as error:
            if not connection.is_usable():
                raise
            logger.warning("worker.tenant_failed", schema=head.schema, error=type(error).__name__)
            return Progress.LATER
        if progress is Progress.DONE:
            self._rounds.end(head=head)
        return progress

    def _find_tenant(self, schema: str) -> TenantRef | None:
        known = self._tenants.get(schema)
        # Whose head is open is not closed any more, whatever we remember.
        if known is None or known.closed is not None or time.monotonic() > self._tenants_until:
            self._tenants = {tenant.schema: tenant for tenant in get_active_tenants()}
            self._tenants_until = time.monotonic() + KEPT_S
        return self._tenants.get(schema)

    @staticmethod
    def _get_heads() -> list[Head]:
        with platform_context(), connection.cursor() as cursor:
            cursor.execute(statements.HEADS_AFTER, {"now": datetime.now(UTC)})
            return [Head(*row) for row in cursor.fetchall()]

    def _wait(self) -> None:
        """Sleep until a hint comes, at most LOOK_S; hints that come together are one."""
        try:
            heard = self._listen()
        except OSError as error:
            # The bus is away and the database is not: go on without hints.
            logger.warning("worker.bus_away", error=type(error).__name__)
            self._drop_ear()
            self._stopping.wait(LOOK_S)
            return
        if any(isinstance(signal, Change) for signal in heard):
            self._tenants = {}
        if heard:
            # A busy server hints hundreds of times a second: look once for many, but at once after a quiet moment.
            self._stopping.wait(max(self._looked_at + GATHER_S - time.monotonic(), 0))

    def _listen(self) -> list[Signal]:
        if self._ear is None:
            self._ear = build_ear()
            self._tenants = {}  # a change may have been told while nobody listened
        return [] if self._stopping.is_set() else self._ear.wait(seconds=self._until_due())

    @staticmethod
    def _until_due() -> float:
        """Answer for how long nothing is due that is known of now, within LOOK_S."""
        with platform_context(), connection.cursor() as cursor:
            cursor.execute(statements.NEXT_DUE)
            (due,) = cursor.fetchone()
        left = LOOK_S if due is None else (due - datetime.now(UTC)).total_seconds()
        return min(left, LOOK_S) if left > 0 else SOON_S

    def _let_go(self) -> None:
        connection.close()
        self._drop_ear()

    def _drop_ear(self) -> None:
        if self._ear is not None:
            self._ear.close()
            self._ear = None
