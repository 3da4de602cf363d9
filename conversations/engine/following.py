"""The log read from the event loop: what live delivery catches up and heals from.

Each read acts for one tenant (through the port `TenantConnections`, filled in config/wiring.py).
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from conversations.engine import statements
from conversations.engine.events import Recorded
from conversations.engine.feed import FeedPage, decode_page, feed_parameters
from conversations.engine.log import PAGE, decode_rows
from tenants.context import TenantRef


class TenantConnections(Protocol):
    """Runs one statement for a tenant, or for the platform, in a transaction of its own."""

    async def fetch(self, *, tenant: TenantRef | None, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Answer the statement's rows; it may be run twice if a connection dies."""


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

    async def read_feed(self, *, tenant: TenantRef, kinds: Sequence[str], after: int, limit: int = PAGE) -> FeedPage:
        """Answer a page of the feed of these kinds; it may be empty although more comes after it."""
        params = feed_parameters(kinds=kinds, after=after, limit=limit)
        rows = await self.query(tenant=tenant, text=statements.READ_FEED, params=params)
        return decode_page(rows=rows, after=after, limit=limit)

    async def get_position(self, *, tenant: TenantRef) -> int:
        """Answer the position of the tenant's last event."""
        rows = await self.query(tenant=tenant, text=statements.HEAD, params={"schema": None})
        return int(rows[0][0])

    async def get_positions(self, *, schemas: Sequence[str]) -> dict[str, int]:
        """Answer the positions of many tenants in one query."""
        params = {"schemas": list(schemas)}
        return dict(await self._connections.fetch(tenant=None, text=statements.SOME_HEADS, params=params))

    async def query(self, *, tenant: TenantRef, text: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Run one reading statement of this or a lower room's `queries.py` for a tenant."""
        return await self._connections.fetch(tenant=tenant, text=statements.qualified(text), params=params)
