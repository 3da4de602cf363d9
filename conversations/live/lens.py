"""What a member who sees some conversations only is shown of a log: the database is asked of every page of events.

Nothing is remembered from one page to the next. So whoever is given a conversation sees what happens from then on, and
whoever loses one sees nothing more, however that came about: by an assignment, another team or another queue.
"""

from collections.abc import Collection, Sequence
from uuid import UUID

from conversations.engine.events import Recorded
from conversations.engine.following import PostgresLog
from conversations.threads.actors import Actor
from conversations.threads.feed import conversation_of
from conversations.threads.reach import REACHED, within
from tenants.context import TenantRef


class Lens:
    """One subscription's."""

    def __init__(self, *, log: PostgresLog, condition: str) -> None:
        """`condition` is the one that `within` answers."""
        self._log = log
        self._text = f"{REACHED} AND {condition}"
        self._reached: frozenset[UUID] = frozenset()

    async def look(self, *, tenant: TenantRef, events: Sequence[Recorded]) -> None:
        """Find out which conversations of these events are seen now."""
        found = {conversation_of(event=event) for event in events} - {None}
        self._reached = await self.find(tenant=tenant, conversations=[one for one in found if one is not None])

    async def find(self, *, tenant: TenantRef, conversations: Collection[UUID]) -> frozenset[UUID]:
        """Answer which of these conversations are seen now."""
        if not conversations:
            return frozenset()
        rows = await self._log.query(tenant=tenant, text=self._text, params={"conversations": sorted(conversations)})
        return frozenset(conversation for (conversation,) in rows)

    def shows(self, *, event: Recorded) -> bool:
        """Tell whether an event that was looked at is seen; what is of no conversation is."""
        of = conversation_of(event=event)
        return of is None or of in self._reached


def lens_of(*, actor: Actor, log: PostgresLog) -> Lens | None:
    """Answer somebody's lens; None: they see every conversation."""
    condition = within(actor=actor)
    return None if condition is None else Lens(log=log, condition=condition)
