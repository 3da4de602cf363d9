"""Who sends what next: one dispatcher a process, whose thread alone talks to the database.

It goes round the tenants that have something due, whoever was served longest ago first, and gives each a share.
"""

import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Final
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from integrations.webhooks.rules.sharing import AT_ONCE, OF_ENDPOINT, OF_TENANT, room_of, share
from integrations.webhooks.sending.finishing import finish
from integrations.webhooks.sending.requesting import Done, Job, request
from integrations.webhooks.sending.taking import Taken, take
from integrations.webhooks.sending.telling import tell_owners
from tenants.context import TenantRef
from tenants.outgoing.moments import find_due, find_tenants

logger = structlog.get_logger(__name__)
WAIT_S: Final = 0.05  # for what is under way, before it is looked again for what is due
GATHER_S: Final = 0.004  # what ends together is noted together
FULL_S: Final = 1.0  # a tenant without room is not looked at again sooner, unless something of it ends
TROUBLE_S: Final = 5.0
TENANTS_AT_ONCE: Final = 64


def _now() -> datetime:
    return datetime.now(UTC)


class Dispatcher:
    """What is under way in this process."""

    def __init__(self, *, at_once: int = AT_ONCE, clock: Callable[[], datetime] = _now) -> None:
        """Start nothing yet: threads begin with the first requests."""
        self._at_once, self._clock = at_once, clock
        self._pool: ThreadPoolExecutor | None = None
        self._ended: SimpleQueue[Done] = SimpleQueue()
        self._of_endpoint: Counter[UUID] = Counter()
        self._of_tenant: Counter[str] = Counter()
        self._failing = 0
        self._not_before: dict[str, float] = {}
        self._served: dict[str, float] = {}

    @property
    def under_way(self) -> int:
        """Answer how many requests are under way, or have ended and are not noted."""
        return self._of_tenant.total()

    def go_on(self, _now: datetime) -> int:
        """Start what is due and note what has ended; answer 0 when there is nothing of either."""
        started = self._start()
        ended = self._collect(WAIT_S if not started and self.under_way else 0.0)
        self._finish(ended)
        return started + len(ended) + self.under_way

    def drain(self, *, within_s: float) -> None:
        """Start nothing more; note what ends within that time. What is cut off is sent again by others."""
        until = time.monotonic() + within_s
        while self.under_way and time.monotonic() < until:
            self._finish(self._collect(WAIT_S))
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    def _start(self) -> int:
        free = self._at_once - self.under_way
        at = time.monotonic()
        self._not_before = {schema: until for schema, until in self._not_before.items() if until > at}
        if free <= 0:
            return 0
        due = find_due(now=self._clock(), most=TENANTS_AT_ONCE, besides=list(self._not_before))
        tenants = find_tenants(schemas=due) if due else {}
        self._served = {schema: when for schema, when in self._served.items() if when > at - 60}
        waiting = sorted(tenants.values(), key=lambda tenant: self._served.get(tenant.schema, 0.0))
        started = 0
        for left, tenant in zip(range(len(waiting), 0, -1), waiting, strict=True):
            if free - started <= 0:
                break
            started += self._serve(tenant, max(OF_ENDPOINT, (free - started) // left), free - started)
        return started

    def _serve(self, tenant: TenantRef, fair: int, free: int) -> int:
        """Start a tenant's share; a tenant whose tables are locked, behind or gone is left alone for a while."""
        at = time.monotonic()
        self._served[tenant.schema] = at
        budget = min(fair, free, OF_TENANT - self._of_tenant[tenant.schema])
        try:
            taken = self._take(tenant, budget, at)
            if taken.is_untold:
                tell_owners(tenant=tenant, now=self._clock())
        except DatabaseError as error:
            if not connection.is_usable():
                raise
            logger.warning("webhook.tenant_failed", schema=tenant.schema, error=type(error).__name__)
            self._not_before[tenant.schema] = at + TROUBLE_S
            return 0
        if taken.is_full and not taken.jobs:
            self._not_before[tenant.schema] = at + FULL_S
        for job in taken.jobs:
            self._begin(job)
        return len(taken.jobs)

    def _take(self, tenant: TenantRef, budget: int, at: float) -> Taken:
        def of_each(open_: Sequence[tuple[UUID, int]]) -> dict[UUID, int]:
            shuffled = random.sample(list(open_), len(open_))
            return share(rooms=[(id_, self._room(id_, failures)) for id_, failures in shuffled], budget=budget)

        return take(tenant=tenant, share=of_each, now=self._clock(), taken=at)

    def _room(self, endpoint: UUID, failures: int) -> int:
        return room_of(failures=failures, under_way=self._of_endpoint[endpoint], failing_under_way=self._failing)

    def _begin(self, job: Job) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=self._at_once, thread_name_prefix="webhook")
        self._count(job, 1)
        self._pool.submit(lambda: self._ended.put(request(job=job, clock=self._clock)))

    def _count(self, job: Job, by: int) -> None:
        self._of_endpoint[job.endpoint] += by
        self._of_tenant[job.tenant.schema] += by
        self._failing += by if job.failures else 0
        self._of_endpoint += Counter()  # forgets whoever has none
        self._of_tenant += Counter()

    def _collect(self, wait_s: float) -> list[Done]:
        """Answer what has ended, waiting so long for the first."""
        try:
            ended = [self._ended.get(timeout=wait_s) if wait_s else self._ended.get_nowait()]
        except Empty:
            return []
        time.sleep(GATHER_S)
        while True:
            try:
                ended.append(self._ended.get_nowait())
            except Empty:
                return ended

    def _finish(self, ended: Sequence[Done]) -> None:
        of_tenant: dict[TenantRef, list[Done]] = defaultdict(list)
        for done in ended:
            self._count(done.job, -1)
            self._not_before.pop(done.job.tenant.schema, None)
            of_tenant[done.job.tenant].append(done)
        for tenant, some in of_tenant.items():
            try:
                finish(tenant=tenant, done=some, now=self._clock())
            except DatabaseError as error:  # they are sent again when the lease has run out
                if not connection.is_usable():
                    raise
                logger.warning("webhook.not_noted", schema=tenant.schema, error=type(error).__name__)
