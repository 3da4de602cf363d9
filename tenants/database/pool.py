"""TenantPool: async connections for code outside the ORM, each inside one transaction of one tenant or the platform.

Everything is set for the transaction only, so nothing can be left on a connection that goes back.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from tenants.context import PLATFORM, Scope, TenantRef
from tenants.database.session import SET_FOR_TRANSACTION, state_for


class TenantPool:
    """An async psycopg pool whose connections cannot be had without saying for whom."""

    def __init__(self, dsn: str, min_size: int = 1, max_size: int = 4) -> None:
        """Prepare the pool; `async with` (or `open` and `close`) opens it."""
        self._pool = AsyncConnectionPool(
            dsn, min_size=min_size, max_size=max_size, open=False, check=AsyncConnectionPool.check_connection
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

    @asynccontextmanager
    async def connection(self, tenant: TenantRef) -> AsyncIterator[AsyncConnection]:
        """Borrow a connection inside a transaction that can see `tenant` alone."""
        async with self._within(tenant) as connection:
            yield connection

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[AsyncConnection]:
        """Borrow a connection inside a transaction that sees the public schema."""
        async with self._within(PLATFORM) as connection:
            yield connection

    @asynccontextmanager
    async def _within(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(SET_FOR_TRANSACTION, state_for(scope).parameters)
            yield connection
