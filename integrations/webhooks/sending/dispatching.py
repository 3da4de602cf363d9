"""Who sends what next: one dispatcher a process, whose thread alone talks to the database.

It goes round the tenants that have something due, whoever was served longest ago first, and gives each a share.
"""

import math
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from threading import Event
from typing import Final
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from integrations.webhooks.rules.sharing import AT_ONCE, OF_ENDPOINT, OF_TENANT, deal, room_of, run_of, share
from integrations.webhooks.sending.bell import Bell
from integrations.webhooks.sending.finishing import finish
from integrations.webhooks.sending.requesting import Done, Job, request_run
from integrations.webhooks.sending.taking import Taken, take
from integrations.webhooks.sending.telling import tell_owners
from tenants.context import TenantRef
from tenants.lines import Lines
from tenants.outgoing.moments import find_due, find_tenants

logger = structlog.get_logger(__name__)
WAIT_S: Final = 0.05
GATHER_S: Final = 0.004  # what ends together is noted together
TROUBLE_S: Final = 5.0
TENANTS_AT_ONCE: Final = 64
MOST_KNOWN: Final = 10_000  # endpoints of which it is known how long they take


def _now() -> datetime:
    return datetime.now(UTC)


class Dispatcher:
    """What is under way in this process: runs, each of some deliveries to one endpoint, one request after another.

    `bell` rings when something has ended.
    """

    def __init__(self, *, at_once: int = AT_ONCE, clock: Callable[[], datetime] = _now) -> None:
        """Start nothing yet: threads begin with the first requests."""
        self._at_once, self._clock = at_once, clock
        self._pool: ThreadPoolExecutor | None = None
        self._ended: SimpleQueue[Done] = SimpleQueue()
        self._lines, self._ending = Lines(), Event()
        self._of_endpoint: Counter[UUID] = Counter()
        self._of_tenant: Counter[str] = Counter()
        self._failing = 0
        self._not_before: dict[str, float] = {}
        self._hungry: set[str] = set()  # had more due than there was room for
        self._room_again: set[str] = set()  # those for whom there may be room now
        self._served: dict[str, float] = {}
        self._ms: dict[UUID, int] = {}  # of the last request
        self.bell = Bell()

    @property
    def under_way(self) -> int:
        """Answer how many runs are under way, or have ended and are not noted."""
        return self._of_tenant.total()

    def go_on(self, _now: datetime) -> int:
        """Start what is due and note what has ended; answer 0 when there is nothing of either now."""
        self.bell.hush()
        self._lines.forget(at=time.monotonic())
        started = self._start()
        ended = self._collect()
        self._finish(ended)
        return started + len(ended)

    def drain(self, *, within_s: float) -> None:
        """Start nothing more; note what ends within that time. What is cut off is sent again by others."""
        self._ending.set()
        until = time.monotonic() + within_s
        while self.under_way and time.monotonic() < until:
            self.bell.wait(within_s=WAIT_S)
            self.bell.hush()
            self._finish(self._collect())
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        self._lines.forget(at=math.inf)
        self._ending.clear()

    def _start(self) -> int:
        free = self._at_once - self.under_way
        if free <= 0:
            return 0
        waiting, started = self._find_waiting(), 0
        for left, tenant in zip(range(len(waiting), 0, -1), waiting, strict=True):
            if free - started <= 0:
                break
            started += self._serve(tenant, max(OF_ENDPOINT, (free - started) // left), free - started)
        return started

    def _find_waiting(self) -> list[TenantRef]:
        """Answer who has something due, or had more than there was room for, whoever was served longest ago first."""
        at = time.monotonic()
        self._not_before = {schema: until for schema, until in self._not_before.items() if until > at}
        self._served = {schema: when for schema, when in self._served.items() if when > at - 60}
        due = find_due(now=self._clock(), most=TENANTS_AT_ONCE, besides=list(self._not_before))
        schemas = {*due, *(self._room_again - self._not_before.keys())}
        tenants = find_tenants(schemas=sorted(schemas)) if schemas else {}
        return sorted(tenants.values(), key=lambda tenant: self._served.get(tenant.schema, 0.0))

    def _serve(self, tenant: TenantRef, fair: int, free: int) -> int:
        """Start a tenant's share; a tenant whose tables are locked, behind or gone is left alone for a while."""
        at = time.monotonic()
        self._served[tenant.schema] = at
        self._room_again.discard(tenant.schema)
        own, hands = OF_TENANT - self._of_tenant[tenant.schema], dict[UUID, int]()
        budget = min(fair, free, own)
        try:
            taken = self._take(tenant, budget, at, hands)
        except DatabaseError as error:
            if not connection.is_usable():
                raise
            logger.warning("webhook.tenant_failed", schema=tenant.schema, error=type(error).__name__)
            self._not_before[tenant.schema] = at + TROUBLE_S
            return 0
        (self._hungry.add if taken.is_full else self._hungry.discard)(tenant.schema)
        if taken.is_full and sum(hands.values()) == budget < own:  # whatever ends makes room
            self._room_again.add(tenant.schema)
        runs = self._deal(taken.jobs, hands)
        for run in runs:
            self._begin(run)
        if taken.is_untold:
            self._tell_owners(tenant)
        return len(runs)

    def _tell_owners(self, tenant: TenantRef) -> None:
        """Tell them what was switched off; where that fails, what was taken is sent all the same."""
        try:
            tell_owners(tenant=tenant, now=self._clock())
        except Exception as error:
            if isinstance(error, DatabaseError) and not connection.is_usable():
                raise
            logger.exception("webhook.owners_not_told", schema=tenant.schema)
            self._not_before[tenant.schema] = time.monotonic() + TROUBLE_S

    def _take(self, tenant: TenantRef, budget: int, at: float, hands: dict[UUID, int]) -> Taken:
        """Take what `hands`, which is filled, can send: the number of runs for each endpoint."""

        def of_each(open_: Sequence[tuple[UUID, int]]) -> dict[UUID, int]:
            shuffled = random.sample(list(open_), len(open_))
            hands.update(share(rooms=[(id_, self._room(id_, failures)) for id_, failures in shuffled], budget=budget))
            return {id_: hands[id_] * self._run(id_, failures) for id_, failures in open_ if id_ in hands}

        return take(tenant=tenant, share=of_each, now=self._clock(), taken=at)

    def _room(self, endpoint: UUID, failures: int) -> int:
        ms, under_way = self._ms.get(endpoint, 0), self._of_endpoint[endpoint]
        return room_of(failures=failures, ms=ms, under_way=under_way, failing_under_way=self._failing)

    def _run(self, endpoint: UUID, failures: int) -> int:
        return run_of(failures=failures, ms=self._ms.get(endpoint, 0))

    @staticmethod
    def _deal(jobs: Sequence[Job], hands: Mapping[UUID, int]) -> list[list[Job]]:
        of_endpoint: dict[UUID, list[Job]] = defaultdict(list)
        for job in jobs:
            of_endpoint[job.endpoint].append(job)
        return [run for endpoint, some in of_endpoint.items() for run in deal(jobs=some, hands=hands[endpoint])]

    def _begin(self, run: Sequence[Job]) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=self._at_once, thread_name_prefix="webhook")
        self._count(run[0], 1)
        self._pool.submit(
            lambda: request_run(
                run=run,
                clock=self._clock,
                lines=self._lines,
                ended=self._tell,
                goes_on=lambda: not self._ending.is_set(),
            )
        )

    def _tell(self, done: Done) -> None:
        self._ended.put(done)
        self.bell.ring()

    def _count(self, job: Job, by: int) -> None:
        self._of_endpoint[job.endpoint] += by
        self._of_tenant[job.tenant.schema] += by
        self._failing += by if job.failures else 0
        self._of_endpoint += Counter()  # forgets whoever has none
        self._of_tenant += Counter()

    def _collect(self) -> list[Done]:
        """Answer what has ended, and what ends within a moment of it."""
        ended: list[Done] = []
        if not self._ended.empty():
            time.sleep(GATHER_S)
        while True:
            try:
                ended.append(self._ended.get_nowait())
            except Empty:
                return ended

    def _finish(self, ended: Sequence[Done]) -> None:
        of_tenant: dict[TenantRef, list[Done]] = defaultdict(list)
        for done in ended:
            if done.ends:
                self._count(done.job, -1)
                self._room_again |= self._hungry & {done.job.tenant.schema}
            if done.attempt is not None:
                self._ms[done.job.endpoint] = done.attempt.ms
            of_tenant[done.job.tenant].append(done)
        if len(self._ms) > MOST_KNOWN:
            self._ms = {id_: ms for id_, ms in self._ms.items() if self._of_endpoint[id_]}
        for tenant, some in of_tenant.items():
            try:
                finish(tenant=tenant, done=some, now=self._clock())
            except DatabaseError as error:  # they are sent again when the lease has run out
                if not connection.is_usable():
                    raise
                logger.warning("webhook.not_noted", schema=tenant.schema, error=type(error).__name__)
