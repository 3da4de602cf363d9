"""Which programs' sockets may stay: those whose key still opens with the secret that was shown, for the same scopes."""

from collections.abc import Iterable, Sequence

import structlog

from conversations.live.gate import Gate
from conversations.live.session import GOING_AWAY, Session
from conversations.live.visitors import NOT_SIGNED_IN, send_back
from tenants.context import TenantRef

logger = structlog.get_logger(__name__)


class Programs:
    """One process's programs. They are few: a beat asks for all of them, two short questions a company."""

    def __init__(self, *, gate: Gate) -> None:
        """Keep nothing."""
        self._gate = gate

    async def check(self, *, sessions: Iterable[Session]) -> None:
        """Close the sockets that came by what opens no more; those whose scopes are others now come in anew."""
        here: dict[TenantRef, list[Session]] = {}
        for session in sessions:
            if session.actor.kind == "key":
                here.setdefault(session.tenant, []).append(session)
        for tenant, found in here.items():
            try:
                await self._judge(tenant, found)
            except Exception as error:  # noqa: BLE001 - a company that cannot be asked keeps no other's keys open
                logger.warning("programs.unasked", schema=tenant.schema, error=type(error).__name__)

    async def _judge(self, tenant: TenantRef, found: Sequence[Session]) -> None:
        standings = await self._gate.find_programs(tenant=tenant, passes=[session.pass_ for session in found])
        for session, standing in zip(found, standings, strict=True):
            if standing is None:
                session.outbox.close(NOT_SIGNED_IN)
            elif not standing.is_as(session.pass_):
                send_back(session=session, code=GOING_AWAY)
