"""What a session remembers of its right to a conversation: its contact and the access version that was true then.

The guard in `append` refuses a version that has moved; then the memory is dropped and the question asked anew.
"""

from typing import NamedTuple
from uuid import UUID

from conversations.engine.events import Audience
from conversations.engine.following import PostgresLog
from conversations.engine.streams import stream_of
from conversations.threads.actors import Actor
from conversations.threads.queries import ACCESS
from conversations.threads.reach import within
from tenants.context import TenantRef
from tenants.refusals import NotFound


class Right(NamedTuple):
    """Whose conversation it is, at which access version of its public stream, and where both streams were then.

    `blocked`: nothing is taken from the contact. That moves the version, too.
    """

    contact: UUID
    version: int
    public_head: int
    staff_head: int
    blocked: bool


class Access:
    """One session's memory. Of a member who sees some conversations only it remembers nothing: that may change."""

    def __init__(self, *, log: PostgresLog, tenant: TenantRef, actor: Actor) -> None:
        """Remember nothing yet."""
        condition = within(actor=actor)
        self._keeps = condition is None
        self._text = ACCESS if condition is None else f"{ACCESS} AND {condition}"
        self._log = log
        self._tenant = tenant
        self._known: dict[UUID, Right] = {}

    def find(self, *, conversation: UUID) -> Right | None:
        """Answer from memory, or None."""
        return self._known.get(conversation)

    async def get(self, *, conversation: UUID) -> Right:
        """Answer from memory or from the database; raise NotFound."""
        return self._known.get(conversation) or await self.look(conversation=conversation)

    async def look(self, *, conversation: UUID) -> Right:
        """Answer from the database, and remember; raise NotFound."""
        self.forget(conversation=conversation)
        staff = stream_of(subject=conversation, audience=Audience.STAFF)
        params = {"conversation": conversation, "staff": staff}
        rows = await self._log.query(tenant=self._tenant, text=self._text, params=params)
        if not rows:
            raise NotFound
        right = Right(*rows[0])
        if self._keeps:
            self._known[conversation] = right
        return right

    def forget(self, *, conversation: UUID) -> None:
        """Ask anew the next time."""
        self._known.pop(conversation, None)
