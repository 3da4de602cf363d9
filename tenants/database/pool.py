"""TenantPool: reading and small writes outside the ORM, each in a transaction of one tenant or of the platform.

Everything is set for the transaction only, so nothing can be left on a connection that goes back. A call is one
round trip: the settings, the statement and COMMIT go out together.
"""

from collections.abc import Mapping
from typing import Any, Final, Self

from psycopg import AsyncConnection, OperationalError
from psycopg_pool import AsyncConnectionPool

from tenants.context import PLATFORM, Scope, TenantRef
from tenants.database.deadline import deadline
from tenants.database.session import SET_FOR_TRANSACTION, state_for

WAIT_S: Final = 5.0
LIFETIME_S: Final = 600.0  # a backend keeps 0.1 MB and more for each tenant that it has served; so none lives long
RECONNECT_S: Final = 2.0  # then the pool gives up, and tries anew when it is asked: its own pauses double without end
HANGS_S: Final = 8.0  # live delivery reads by keys and in pages: what takes so long is not heard any more


class TenantPool:
    """An async psycopg pool of which nothing can be asked without saying for whom."""

    def __init__(self, dsn: str, min_size: int = 1, max_size: int = 4) -> None:
        """Prepare the pool; `async with` (or `open` and `close`) opens it."""
        # Nothing is prepared: a statement means another table on each tenant's search_path.
        options = {"autocommit": True, "prepare_threshold": None}
        self._pool = AsyncConnectionPool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            open=False,
            timeout=WAIT_S,
            reconnect_timeout=RECONNECT_S,
            kwargs=options,
        )

    async def open(self) -> None:
        """Connect; raise psycopg_pool.PoolTimeout when the database does not answer in 10 s."""
        await self._pool.open(wait=True, timeout=10)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    async def __aenter__(self) -> Self:
        """Open."""
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self.close()

    async def fetch(self, *, tenant: TenantRef | None, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run one statement that answers rows, as this tenant, or as the platform where it is None.

        If a connection died, another one is asked: the statement must bear being run twice.
        """
        for _ in range(self._pool.max_size):
            async with self._pool.connection() as connection:
                try:
                    return await _fetch(connection, tenant or PLATFORM, text, params)
                except OperationalError:
                    if not connection.closed:
                        raise
        async with self._pool.connection() as connection:
            return await _fetch(connection, tenant or PLATFORM, text, params)


async def _fetch(
    connection: AsyncConnection, scope: Scope, text: str, params: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    with deadline(connection, seconds=HANGS_S):
        return await _run(connection, scope, text, params)


async def _run(
    connection: AsyncConnection, scope: Scope, text: str, params: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    async with connection.pipeline():
        async with connection.transaction():
            await connection.execute(SET_FOR_TRANSACTION, state_for(scope).parameters)
            cursor = await connection.execute(text.encode(), params)
        return await cursor.fetchall()
