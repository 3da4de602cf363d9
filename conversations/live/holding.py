"""Who is connected to this process, and this process's lease: what others know of it while it lives.

One statement a beat, however many are connected; between beats one for all who came or went in a moment. The lease's
time is the database's. A process that was stopped past its lease finds so at its next beat and registers anew.
"""

import asyncio
from collections import Counter
from typing import Final
from uuid import UUID, uuid4

import structlog

from conversations.engine.following import TenantConnections
from tenants.presence.statements import BEAT, BEAT_S, LEAVE, REGISTER, TIMES

logger = structlog.get_logger(__name__)
GATHER_S: Final = 0.05

Place = tuple[UUID, UUID]  # tenant and person


class Holding:
    """Counts sockets by tenant and person, and tells the database of the first and the last of each."""

    def __init__(self, *, connections: TenantConnections) -> None:
        """Nothing is registered before run()."""
        self._connections = connections
        self._lease: UUID | None = None
        self._sockets: Counter[Place] = Counter()
        self._changed: set[Place] = set()
        self._wake = asyncio.Event()

    def come(self, *, tenant: UUID, person: UUID) -> None:
        """Count a member's new socket."""
        place = (tenant, person)
        self._sockets[place] += 1
        if self._sockets[place] == 1:
            self._note(place)

    def go(self, *, tenant: UUID, person: UUID) -> None:
        """Count one less."""
        place = (tenant, person)
        self._sockets[place] -= 1
        if self._sockets[place] <= 0:
            del self._sockets[place]
            self._note(place)

    async def run(self) -> None:
        """Beat until cancelled; what could not be told is told by the next beat."""
        while True:
            try:
                await self.beat()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next beat tries again
                logger.warning("presence.beat_failed", error=type(error).__name__)
                await asyncio.sleep(GATHER_S)
            await self._wait()

    async def beat(self) -> None:
        """Renew the lease, and tell who came and who went since the last time."""
        changed, self._changed = self._changed, set()
        try:
            if self._lease is None or not await self._tell(changed):
                await self._register()
                await self._tell(set(self._sockets))
        except BaseException:
            self._changed |= changed
            raise

    async def end(self) -> None:
        """Give the lease back; whoever was connected has the grace to come back elsewhere."""
        if self._lease is not None:
            await self._connections.fetch(tenant=None, text=LEAVE, params={**TIMES, "lease": self._lease})
            self._lease = None

    def _note(self, place: Place) -> None:
        self._changed.add(place)
        self._wake.set()

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(BEAT_S):
                await self._wake.wait()
        except TimeoutError:
            return
        await asyncio.sleep(GATHER_S)  # after a restart thousands come within a moment
        self._wake.clear()

    async def _register(self) -> None:
        """Take a new lease: an expired one, and whatever was held under it, others have given up already."""
        self._lease = uuid4()
        await self._connections.fetch(tenant=None, text=REGISTER, params={**TIMES, "lease": self._lease})

    async def _tell(self, changed: set[Place]) -> bool:
        """Answer whether the lease is still ours."""
        held = sorted(place for place in changed if place in self._sockets)
        gone = sorted(place for place in changed if place not in self._sockets)
        params = {
            **TIMES,
            "lease": self._lease,
            "tenants": [tenant for tenant, _ in held],
            "persons": [person for _, person in held],
            "gone_tenants": [tenant for tenant, _ in gone],
            "gone_persons": [person for _, person in gone],
        }
        return bool(await self._connections.fetch(tenant=None, text=BEAT, params=params))
