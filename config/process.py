"""The live server's life inside one server process: started before the first request, drained before the last."""

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from django.conf import settings

from config.attendant import Attendant
from config.wiring import PRESENCE, build_live
from conversations.live.server import LiveServer
from tenants.database.pool import TenantPool

logger = structlog.get_logger(__name__)
READERS: Final = 8  # connections for reading: more wait for the database than work, when everybody comes back at once
COLLECT_AFTER: Final = (10_000, 5, 400)  # 50,000 at a time take 25 ms, in which nobody is answered


class LiveProcess:
    """Holds the process's one LiveServer."""

    def __init__(self) -> None:
        """Start nothing: there is no event loop yet."""
        self._live: LiveServer | None = None
        self._connections: TenantPool | None = None
        self._attendant: Attendant | None = None

    def get_live(self) -> LiveServer:
        """Answer the live server; raise RuntimeError before the process has started."""
        if self._live is None:
            raise RuntimeError("the live server is not started")
        return self._live

    def drain(self) -> None:
        """Tell every socket to come back elsewhere."""
        if self._attendant is not None:
            self._attendant.stop()
        if self._live is not None:
            self._live.drain()

    async def lifespan(
        self,
        _scope: dict[str, Any],
        receive: Callable[[], Awaitable[dict[str, Any]]],
        send: Callable[[Any], Awaitable[None]],
    ) -> None:
        """Start and stop with the server (ASGI lifespan)."""
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start(send)
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self, send: Callable[[Any], Awaitable[None]]) -> None:
        try:
            self._connections = TenantPool(settings.YUNKE_DATABASE_DSN, max_size=READERS)
            await self._connections.open()
            self._live = build_live(connections=self._connections)
            await self._live.start()
            self._attendant = Attendant(PRESENCE)
            self._attendant.start()
        except Exception as error:
            logger.exception("live.start_failed")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
        else:
            _collect_less()
            await send({"type": "lifespan.startup.complete"})

    async def _stop(self) -> None:
        if self._live is not None:
            await self._live.stop()
        if self._attendant is not None:
            self._attendant.stop()
            await asyncio.to_thread(self._attendant.join)
        if self._connections is not None:
            await self._connections.close()


def _collect_less() -> None:
    """Have Python look for garbage in rings less often, and never again at what is there for good.

    By default it looks after every 700 objects more, which is after every hundred messages: a sixth of all CPU seconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
