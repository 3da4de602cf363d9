"""What happens to a conversation on its way to somebody who answers it. None of it is for its contact."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from conversations.engine.events import Audience, Fact, fact

Reason = Literal["started", "returned", "unanswered", "agent_gone", "transferred", "overflow"]


@fact(kind="conversation.queued.v1", audience=Audience.STAFF)
class ConversationQueued(Fact, frozen=True):
    """It waits in `queue` (its key), for those of `team` alone if one is named.

    It counts as waiting `since` then, and `ahead_s` seconds longer in the order of the queue. The agent who is
    `preferred` comes first, whoever is `not_to` is not asked for a while.
    """

    queue: str
    reason: Reason
    since: datetime
    channel: str
    ahead_s: int = 0
    team: str | None = None
    language: str | None = None
    preferred: UUID | None = None
    not_to: UUID | None = None


@fact(kind="conversation.offered.v1", audience=Audience.STAFF, personal=("name",))
class ConversationOffered(Fact, frozen=True):
    """`to` (a person) may accept it `until` then; it is the `attempt`th offer since it began to wait."""

    to: UUID
    name: str
    queue: str
    until: datetime
    attempt: int


@fact(kind="conversation.offer_declined.v1", audience=Audience.STAFF)
class ConversationOfferDeclined(Fact, frozen=True):
    """`by` (a person) does not want it."""

    by: UUID


@fact(kind="conversation.offer_lapsed.v1", audience=Audience.STAFF)
class ConversationOfferLapsed(Fact, frozen=True):
    """`to` (a person) said nothing in time, or went away."""

    to: UUID
    reason: Literal["timed_out", "agent_gone"]


@fact(kind="conversation.transferred.v1", audience=Audience.STAFF, personal=("words",))
class ConversationTransferred(Fact, frozen=True):
    """`by` (a person or a key) handed it on to an agent, a team or a queue, with words for whoever gets it."""

    by: UUID | None
    words: str
    agent: UUID | None = None
    team: str | None = None
    queue: str | None = None


@fact(kind="conversation.invited.v1", audience=Audience.STAFF, personal=("name", "words"))
class ConversationInvited(Fact, frozen=True):
    """`by` (a person or a key) asks `to` (a person), besides whoever has it, to answer here, too, with words."""

    to: UUID
    name: str
    by: UUID
    words: str


@fact(kind="conversation.invitation_declined.v1", audience=Audience.STAFF)
class ConversationInvitationDeclined(Fact, frozen=True):
    """`by` (a person) does not come."""

    by: UUID


@fact(kind="conversation.joined.v1", audience=Audience.STAFF, personal=("name",))
class ConversationJoined(Fact, frozen=True):
    """`member` answers here besides whoever has it; it is load of theirs until they leave or it is resolved."""

    member: UUID
    name: str


@fact(kind="conversation.left.v1", audience=Audience.STAFF)
class ConversationLeft(Fact, frozen=True):
    """`member` does not answer here any more."""

    member: UUID
