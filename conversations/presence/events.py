"""A member's state on the log: each member has a stream of their own in the tenant."""

from typing import Literal
from uuid import UUID

from conversations.engine.events import Audience, Fact, fact

State = Literal["online", "busy", "away", "wrap_up", "offline"]


@fact(kind="presence.changed.v1", audience=Audience.STAFF, permission="presence.report")
class PresenceChanged(Fact, frozen=True):
    """From now on the member is in `state`.

    That is what they have `chosen`, with a `reason` (the key of a definition) or without, while they are connected
    anywhere, and `offline` while they are not.
    """

    member: UUID
    state: State
    chosen: State
    reason: str | None
