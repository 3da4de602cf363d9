"""The topic `presence`: the states of all members as a snapshot, then every change; and choosing one's own state."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from msgspec import UNSET

from conversations.engine.following import PostgresLog
from conversations.live.answers import Colleague, Presences
from conversations.live.feeds import Receiver, Subscription
from conversations.live.frames import Presence
from conversations.live.topics import PRESENCE, Rendered
from conversations.presence.commands import choose
from conversations.presence.events import State
from conversations.presence.queries import SNAPSHOT
from tenants.closing import refuse_closed
from tenants.context import TenantRef, tenant_context
from tenants.queries import find_tenant

MOST: Final = 500  # in a frame; one of a company of ten thousand would be more than a socket may be sent at once


class ColleaguesSubscription(Subscription):
    """One socket's view. `last` is the position that what it was told is as of; it needs no replay to catch up."""

    def __init__(self, *, receiver: Receiver) -> None:
        """Begin with nothing: the snapshot comes first."""
        super().__init__(receiver=receiver, topic=PRESENCE, after=0, render=Rendered.for_presence)

    def offer(self, rendered: Rendered) -> None:
        """Take a change that happened now; one before the snapshot is in it."""
        if not self.live:
            self._seen = max(self._seen, rendered.event.position)
        elif rendered.event.position > self.last:
            self._deliver(rendered, rendered.event.position)

    async def catch_up(self, *, log: PostgresLog, tenant: TenantRef) -> None:  # type: ignore[override] # a log that can be asked
        """Send a snapshot, then go live; again, if a change came that it does not have."""
        while not self.live and not self.ended:
            rows = await log.query(tenant=tenant, text=SNAPSHOT, params={})
            await self.receiver.room()
            self.last = int(rows[0][0])
            self._show([_read(*row[1:]) for row in rows if row[1] is not None])
            self.live = self.last >= self._seen

    def _show(self, members: Sequence[Colleague]) -> None:
        parts = [list(members[at : at + MOST]) for at in range(0, len(members), MOST)] or [[]]
        for number, part in enumerate(parts):
            more = number + 1 < len(parts)
            self.receiver.push(Presences(topic=PRESENCE.name, position=self.last, members=part, more=more).text())


def _read(member: UUID, state: State, reason: str | None, since: datetime) -> Colleague:
    return Colleague(member=member, state=state, since=since, reason=UNSET if reason is None else reason)


async def choose_state(*, tenant: TenantRef, member: UUID, frame: Presence) -> None:
    """Let a member be in the frame's state; raise what the rules refuse."""

    def run() -> None:
        try:
            now = find_tenant(tenant_id=tenant.id) or tenant  # it may have been closed since the socket was opened
            refuse_closed(tenant=now)
            with tenant_context(now):
                choose(member=member, state=frame.state, reason=frame.reason)
        finally:
            connection.close()

    await asyncio.to_thread(run)
