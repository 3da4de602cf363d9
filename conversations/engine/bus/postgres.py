"""The bus over LISTEN/NOTIFY, each on a connection of its own: the default, it needs nothing but PostgreSQL.

NOTIFY takes an instance-wide lock at commit, so it never runs inside a transaction that writes messages.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final
from uuid import uuid4

import psycopg
import structlog

from conversations.engine import statements
from conversations.engine.bus import Listener
from conversations.engine.hints import Hint, Signal, decode_hint, encode_hint
from tenants.database.deadline import deadline
from tenants.database.patient import connect

logger = structlog.get_logger(__name__)
_BACKLOG: Final = 10_000
_PAYLOAD: Final = 7_900
_SILENCE_S: Final = 10.0  # then the listening side asks whether anybody is there
_HANGS_S: Final = 5.0
_GATHER_S: Final = 0.005  # the first goes at once; what follows while the others are busy with it goes together


class PostgresBus:
    """One listening and one notifying connection; both come back by themselves after a loss."""

    carries_events = False  # everybody in the database can listen, and 8,000 bytes are all

    def __init__(self, *, dsn: str) -> None:
        """Nothing is connected before start()."""
        self.origin = uuid4().hex[:12]
        self._dsn = dsn
        self._heads: dict[str, Hint] = {}
        self._others: list[Signal] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listens = False

    @property
    def is_alive(self) -> bool:
        """Tell whether the listening side is connected."""
        return self._listens

    async def start(self, *, listener: Listener, resync: Callable[[], None]) -> None:
        """Listen and notify until stop(); `resync` is called at every (re)connection of the listening side."""
        listening = self._forever(lambda connection: self._listen(connection, listener, resync))
        self._tasks = [asyncio.create_task(listening), asyncio.create_task(self._forever(self._notify))]

    def publish(self, signals: Sequence[Signal]) -> None:
        """Queue signals; of several hints about one tenant only the highest is kept, of whispers the first 10,000."""
        for signal in signals:
            if isinstance(signal, Hint):
                self._heads[signal.schema] = signal
            elif len(self._others) < _BACKLOG:
                self._others.append(signal)
        self._wake.set()

    async def stop(self) -> None:
        """End both sides."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forever(self, work: Callable[[psycopg.AsyncConnection], Coroutine[Any, Any, None]]) -> None:
        pause = 0.1
        while True:
            try:
                async with await self._connect() as connection:
                    pause = 0.1
                    await work(connection)
            except psycopg.Error as error:
                logger.warning("bus.lost", error=type(error).__name__, retry_s=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _connect(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(self._dsn, autocommit=True, connect_timeout=int(_HANGS_S))

    async def _listen(
        self, connection: psycopg.AsyncConnection, listener: Listener, resync: Callable[[], None]
    ) -> None:
        with deadline(connection, seconds=_HANGS_S):
            await connection.execute("LISTEN yunke")
        self._listens = True
        try:
            resync()
            while True:
                await self._hear(connection, listener)
        finally:
            self._listens = False

    async def _hear(self, connection: psycopg.AsyncConnection, listener: Listener) -> None:
        """Listen for a while, then make sure that the other side is still there: nothing else would tell."""
        async for notification in connection.notifies(timeout=_SILENCE_S):
            signal = decode_hint(notification.payload)
            if signal is not None and signal.origin != self.origin:
                listener(signal)
        with deadline(connection, seconds=_HANGS_S):
            await connection.execute("SELECT 1")

    async def _notify(self, connection: psycopg.AsyncConnection) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            signals = [*self._heads.values(), *self._others]
            self._heads, self._others = {}, []
            payloads = [encode_hint(signal) for signal in signals]
            with deadline(connection, seconds=_HANGS_S):
                await self._send(connection, payloads)
            await asyncio.sleep(_GATHER_S)

    @staticmethod
    async def _send(connection: psycopg.AsyncConnection, payloads: Sequence[str]) -> None:
        async with connection.pipeline():
            for payload in payloads:
                if len(payload.encode()) <= _PAYLOAD:
                    await connection.execute(statements.NOTIFY, {"payload": payload})


class PostgresEar:
    """Waits for signals, in a process that has no event loop."""

    def __init__(self, *, dsn: str) -> None:
        """Connect; raise psycopg.Error when that cannot be done now."""
        self._connection = connect(dsn)
        self._connection.execute("LISTEN yunke")
        self._heard_at = time.monotonic()

    def wait(self, *, seconds: float) -> list[Signal]:
        """Answer what was said within so many seconds, as soon as there is anything."""
        said = list(self._connection.notifies(timeout=seconds, stop_after=1))
        if not said and time.monotonic() - self._heard_at > _SILENCE_S:
            self._connection.execute("SELECT 1")
        if said or time.monotonic() - self._heard_at > _SILENCE_S:
            self._heard_at = time.monotonic()
        return [signal for signal in (decode_hint(each.payload) for each in said) if signal is not None]

    def close(self) -> None:
        """Leave."""
        self._connection.close()
