"""Who comes in: reads `hello`, uses up the ticket or checks the resume token against what is true now."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
from django.db import connection
from psycopg import AsyncConnection

from conversations.engine.following import TenantConnections
from conversations.live.frames import Hello
from conversations.live.tickets import TICKET_S, NotSignedIn, Pass, read_resume, read_ticket
from tenants.context import TenantRef
from tenants.members.member import Member
from tenants.members.queries import find_member

_USE = "INSERT INTO public.live_nonces (nonce, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING"
_CONTACT = "SELECT 1 FROM contact WHERE id = %s"


class Gate:
    """Answers the pass of a hello, or refuses with NotSignedIn."""

    def __init__(self, *, connections: TenantConnections) -> None:
        """Borrow connections for the look-ups."""
        self._connections = connections

    async def admit(self, *, hello: Hello, tenant: TenantRef, origin: str) -> Pass:
        """Let in whoever shows exactly one of ticket and resume token, for this tenant, from this origin."""
        if hello.ticket is not None and hello.resume is None:
            pass_ = read_ticket(text=hello.ticket, tenant=tenant, origin=origin)
            await self._use(pass_)
            return pass_
        if hello.resume is not None and hello.ticket is None:
            return await self._still(read_resume(text=hello.resume, tenant=tenant, origin=origin), tenant)
        raise NotSignedIn

    async def _use(self, pass_: Pass) -> None:
        # Kept longer than the ticket lives, so that it cannot be used again in its last second.
        expires_at = datetime.now(UTC) + timedelta(seconds=2 * TICKET_S)
        async with self._connections.platform() as borrowed:
            cursor = await borrowed.execute(_USE, [pass_.nonce, expires_at])
            if cursor.rowcount != 1:
                raise NotSignedIn

    async def _still(self, pass_: Pass, tenant: TenantRef) -> Pass:
        if pass_.kind == "member":
            member = await asyncio.to_thread(_find_member, tenant, pass_)
            if member is None:
                raise NotSignedIn
            return msgspec.structs.replace(pass_, name=member.name, role=member.role)
        async with self._connections.connection(tenant) as borrowed:
            if not await _exists(borrowed, pass_):
                raise NotSignedIn
        return pass_


async def _exists(borrowed: AsyncConnection, pass_: Pass) -> bool:
    cursor = await borrowed.execute(_CONTACT, [pass_.id])
    return await cursor.fetchone() is not None


def _find_member(tenant: TenantRef, pass_: Pass) -> Member | None:
    try:
        return find_member(tenant=tenant, person_id=pass_.id)
    finally:
        connection.close()
