"""Which visitors' sockets may stay: whose token has ended, or who turned out to be somebody known, comes in anew."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from conversations.engine.events import Recorded
from conversations.live.answers import Closing
from conversations.live.gate import Gate
from conversations.live.session import GOING_AWAY, Session
from conversations.threads.events import ContactMerged
from tenants.context import TenantRef

AT_ONCE: Final = 100  # tenants that one beat asks; the others wait for the next
NOT_SIGNED_IN: Final = 4001
MERGED: Final = ContactMerged.kind


class Visitors:
    """One process's visitors."""

    def __init__(self, *, gate: Gate) -> None:
        """Nobody is waiting to be asked about."""
        self._gate = gate
        self._waiting: list[TenantRef] = []

    async def check(self, *, sessions: Iterable[Session]) -> None:
        """Close the sockets that came by a token by which nobody comes in any more."""
        here: dict[TenantRef, dict[UUID, list[Session]]] = {}
        for session in sessions:
            if session.pass_.identity is not None:
                here.setdefault(session.tenant, {}).setdefault(session.pass_.identity, []).append(session)
        self._waiting = [tenant for tenant in self._waiting if tenant in here] or list(here)
        turn, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        for tenant in turn:
            live = await self._gate.find_visitors(tenant=tenant, identities=here[tenant].keys())
            for identity in here[tenant].keys() - live:
                for session in here[tenant][identity]:
                    send_back(session=session, code=NOT_SIGNED_IN)


def send_back(*, session: Session, code: int) -> None:
    """Tell a client to come in anew, at once."""
    session.say(Closing(reason="changed", retry_after_ms=0))
    session.outbox.close(code)


def hear_of_merging(*, event: Recorded, tenant: TenantRef, sessions: Iterable[Session]) -> None:
    """Send both back: who was somebody else until now, and who has more conversations than they know of."""
    fact = event.fact()
    if not isinstance(fact, ContactMerged):
        return
    for session in sessions:
        if (
            session.tenant == tenant
            and session.actor.kind == "contact"
            and session.actor.id in {fact.was, fact.contact}
        ):
            send_back(session=session, code=GOING_AWAY)
