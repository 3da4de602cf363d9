"""The log read from the event loop: what live delivery catches up and heals from.

Each read borrows a connection that acts for one tenant (the port `TenantConnections`, filled in config/wiring.py).
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol
from uuid import UUID

import psycopg

from conversations.engine import statements
from conversations.engine.events import Recorded
from conversations.engine.log import PAGE, decode_rows
from tenants.context import TenantRef


class TenantConnections(Protocol):
    """A pool whose connections act for one tenant, or for the platform, while they are lent."""

    def connection(self, tenant: TenantRef) -> AbstractAsyncContextManager[psycopg.AsyncConnection]:
        """Lend a connection inside a transaction of this tenant."""

    def platform(self) -> AbstractAsyncContextManager[psycopg.AsyncConnection]:
        """Lend a connection inside a transaction on the public schema."""


class Log(Protocol):
    """What live delivery needs of a log."""

    async def read_stream(self, *, tenant: TenantRef, stream: UUID, after: int, limit: int = PAGE) -> list[Recorded]:
        """Answer the stream's events with seq > `after`, in order."""

    async def read_tenant(self, *, tenant: TenantRef, after: int, limit: int = PAGE) -> list[Recorded]:
        """Answer the tenant's events with position > `after`, in order."""

    async def get_position(self, *, tenant: TenantRef) -> int:
        """Answer the position of the tenant's last event."""

    async def get_positions(self, *, schemas: Sequence[str]) -> dict[str, int]:
        """Answer the positions of many tenants in one query."""


class PostgresLog:
    """The log over a pool of asynchronous connections."""

    def __init__(self, *, connections: TenantConnections) -> None:
        """The pool is opened and closed by whoever made it."""
        self._connections = connections

    async def read_stream(self, *, tenant: TenantRef, stream: UUID, after: int, limit: int = PAGE) -> list[Recorded]:
        """Answer the stream's events with seq > `after`, in order."""
        params = {"stream": stream, "after": after, "limit": limit}
        return decode_rows(await self.query(tenant=tenant, text=statements.READ_STREAM, params=params))

    async def read_tenant(self, *, tenant: TenantRef, after: int, limit: int = PAGE) -> list[Recorded]:
        """Answer the tenant's events with position > `after`, in order."""
        return decode_rows(
            await self.query(tenant=tenant, text=statements.READ_TENANT, params={"after": after, "limit": limit})
        )

    async def get_position(self, *, tenant: TenantRef) -> int:
        """Answer the position of the tenant's last event."""
        rows = await self.query(tenant=tenant, text=statements.HEAD, params={"schema": None})
        return int(rows[0][0])

    async def get_positions(self, *, schemas: Sequence[str]) -> dict[str, int]:
        """Answer the positions of many tenants in one query."""
        async with self._connections.platform() as connection:
            cursor = await connection.execute(statements.SOME_HEADS, {"schemas": list(schemas)})
            return dict(await cursor.fetchall())

    async def query(self, *, tenant: TenantRef, text: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run one reading statement of this or a lower room's `queries.py` for a tenant."""
        async with self._connections.connection(tenant) as connection:
            cursor = await connection.execute(statements.qualified(text).encode(), params)
            return await cursor.fetchall()
