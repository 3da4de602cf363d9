"""TenantPool: reading and small writes outside the ORM, each in a transaction of one tenant or of the platform.

Everything is set for the transaction only, so nothing can be left on a connection that goes back. A call is one
round trip: the settings, the statement and COMMIT go out together. Connections are made when they are asked for.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from psycopg import AsyncConnection, OperationalError
from psycopg.pq import TransactionStatus
from psycopg_pool import PoolTimeout

from tenants.context import PLATFORM, Scope, TenantRef
from tenants.database.deadline import deadline
from tenants.database.session import SET_FOR_TRANSACTION, state_for

WAIT_S: Final = 8.0  # longer than HANGS_S: who waits behind those who ask a dead database sees it replaced
CONNECT_S: Final = 5
AGAIN_S: Final = 0.2
TRIES: Final = 3
LIFETIME_S: Final = 600.0  # a backend keeps 0.1 MB and more for each tenant that it has served; so none lives long
HANGS_S: Final = 5.0  # live delivery reads by keys and in pages: what takes so long is not heard any more


class TenantPool:
    """Some asynchronous connections, of which nothing can be asked without saying for whom."""

    def __init__(self, dsn: str, *, max_size: int = 4) -> None:
        """Prepare the pool; `async with` (or `open` and `close`) opens it."""
        self._dsn = dsn
        self._places = asyncio.Semaphore(max_size)
        self._idle: list[tuple[AsyncConnection, float]] = []  # with the time at which each has lived long enough
        self._asking: set[asyncio.Task[list[tuple[Any, ...]]]] = set()
        self._closed = False

    async def open(self) -> None:
        """Connect; raise psycopg.OperationalError when the database does not answer."""
        await self.fetch(tenant=None, text="SELECT 1", params={})

    async def close(self) -> None:
        """Let what is being asked come to its end, then close every connection."""
        self._closed = True
        await asyncio.gather(*self._asking, return_exceptions=True)
        await self._drop_idle()

    async def __aenter__(self) -> Self:
        """Open."""
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def fetch(self, *, tenant: TenantRef | None, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run one statement that answers rows, as this tenant, or as the platform where it is None.

        If a connection died, another one is asked: the statement must bear being run twice. Raises psycopg's errors;
        PoolTimeout among them says that too many others ask.
        """
        await self._take_place()
        # In a task of its own: who is cancelled now, as sockets' sessions are, must not leave a connection in the
        # middle of a statement, or a place taken for good. Who is cancelled before is not waited for by anybody.
        asking = asyncio.create_task(self._in_place(tenant or PLATFORM, text, params))
        self._asking.add(asking)
        asking.add_done_callback(self._asked)
        return await asyncio.shield(asking)

    def _asked(self, asking: "asyncio.Task[list[tuple[Any, ...]]]") -> None:
        self._asking.discard(asking)
        if not asking.cancelled():
            asking.exception()  # whoever wanted it may have gone

    async def _take_place(self) -> None:
        try:
            async with asyncio.timeout(WAIT_S):
                await self._places.acquire()
        except TimeoutError:
            raise PoolTimeout(f"no connection became free within {WAIT_S:.0f} s") from None

    async def _in_place(self, scope: Scope, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        try:
            return await self._fetch(scope, text, params)
        finally:
            self._places.release()

    async def _fetch(self, scope: Scope, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        for _ in range(TRIES - 1):
            async with self._connection() as connection:
                try:
                    return await _ask(connection, scope, text, params)
                except OperationalError:
                    if not connection.closed:
                        raise
            # What ended this one has most likely ended the others, too: each would cost its time to find out.
            await self._drop_idle()
        async with self._connection() as connection:
            return await _ask(connection, scope, text, params)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[AsyncConnection]:
        """Lend the connection that was used last, or a new one; only one that is whole and idle is used again."""
        now = asyncio.get_running_loop().time()
        connection, until = self._idle.pop() if self._idle else (await self._connect(), now + LIFETIME_S)
        try:
            yield connection
        finally:
            is_whole = connection.info.transaction_status == TransactionStatus.IDLE
            if is_whole and now < until and not self._closed:
                self._idle.append((connection, until))
            else:
                await connection.close()

    async def _connect(self) -> AsyncConnection:
        """Connect, trying again for a while: a database that recovers is away for some seconds only."""
        until = asyncio.get_running_loop().time() + CONNECT_S
        while True:
            try:
                # Nothing is prepared: a statement means another table on each tenant's search_path.
                return await AsyncConnection.connect(
                    self._dsn, autocommit=True, prepare_threshold=None, connect_timeout=CONNECT_S
                )
            except OperationalError:
                if self._closed or asyncio.get_running_loop().time() > until:
                    raise
                await asyncio.sleep(AGAIN_S)

    async def _drop_idle(self) -> None:
        idle, self._idle = self._idle, []
        for connection, _ in idle:
            await connection.close()


async def _ask(
    connection: AsyncConnection, scope: Scope, text: str, params: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    with deadline(connection, seconds=HANGS_S):
        async with connection.pipeline():
            async with connection.transaction():
                await connection.execute(SET_FOR_TRANSACTION, state_for(scope).parameters)
                cursor = await connection.execute(text.encode(), params)
            return await cursor.fetchall()
