"""Server processes without servers: what they tell the database, and somebody who sees what follows."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import pytest
import pytest_asyncio
from django.conf import settings
from django.db import connection

from conversations.live.holding import Holding
from conversations.presence.settling import Settling
from tenants.context import platform_context
from tenants.database.pool import TenantPool
from tenants.presence.commands import Steadiness
from tests.rows import NOW


class Certain(Steadiness):
    """Has seen the database for long."""

    def see(self, *, at: datetime) -> bool:
        assert at.tzinfo is not None
        return True


@pytest.fixture
def certain() -> Settling:
    """A process that judges at once."""
    return Settling(steadiness=Certain())


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[TenantPool]:
    async with TenantPool(settings.YUNKE_DATABASE_DSN) as opened:
        yield opened


@pytest.fixture
def process(pool: TenantPool) -> Holding:
    """A server process's part."""
    return Holding(connections=pool)


def settle(settling: Settling) -> None:
    """Go on until nothing is due."""
    while settling.go_on(NOW):
        pass


def in_public(statement: str, **parameters: UUID) -> list[tuple[object, ...]]:
    """Run a statement of the test's own."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []
