"""The words of live protocol v1 that the server says. Fields that do not apply are left out, never null."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from conversations.engine.events import Audience
from conversations.presence.events import State

encode_bytes = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Anything that the server says."""

    def text(self) -> str:
        """Answer the frame as it is sent."""
        return encode_bytes(self).decode()


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How large a frame and a text may be, and how many sends may wait for their ack before reading stops."""

    frame_bytes: int
    text_chars: int
    outstanding: int


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the server takes you for."""

    kind: Literal["member", "contact", "key"]
    id: UUID
    name: str


class Welcome(Answer, frozen=True, tag="welcome"):
    """You are in. `resume` lets you in again for a day without a new ticket."""

    session: UUID
    resume: str
    limits: Limits
    me: Me


class Subscribed(Answer, frozen=True, tag="subscribed"):
    """You hear of `topic`; its log was at `head` just now. What comes after your `after` follows."""

    topic: str
    head: int


class Event(Answer, frozen=True, tag="event"):
    """One event. Members also get `position`, `conversation` and `sender`, on the desk and of tickets `audience`, too.

    On the desk what is a contact's and no conversation's comes without `conversation`. On the topic `events` it has the
    fields of the change feed, but those that are null there.
    """

    topic: str
    seq: int
    kind: str
    at: datetime
    body: dict[str, Any]
    id: str | UnsetType = UNSET
    position: int | UnsetType = UNSET
    conversation: UUID | UnsetType = UNSET
    sender: UUID | UnsetType | None = UNSET
    audience: Audience | UnsetType = UNSET


class Mark(Answer, frozen=True, tag="mark"):
    """The desk, or the `topic` that is named, is at `position`, whatever of it you may see."""

    position: int
    topic: str | UnsetType = UNSET


class Gap(Answer, frozen=True, tag="gap"):
    """The events `from` ... `to` of this topic (seqs; of `desk` and `events` positions) are no longer on the log."""

    topic: str
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")


class Ack(Answer, frozen=True, tag="ack"):
    """Your message is on the log and committed, at `seq`."""

    id: str
    conversation: UUID
    seq: int
    at: datetime


class Error(Answer, frozen=True, tag="error"):
    """What you said was refused. `code` is stable, `detail` a constant sentence."""

    code: str
    detail: str
    id: str | UnsetType = UNSET
    topic: str | UnsetType = UNSET


class Pong(Answer, frozen=True, tag="pong"):
    """The last seq (desk, tickets, events and presence: position) that was sent to you of each topic."""

    heads: dict[str, int]


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who is typing."""

    kind: Literal["member", "contact"]
    name: str


class TypingSign(Answer, frozen=True, tag="typing"):
    """Somebody is writing; valid for a few seconds."""

    conversation: UUID
    who: Who


class PresenceChange(Answer, frozen=True, tag="presence"):
    """A member, you perhaps, is in another state now; `position` is that of the change in the tenant's log.

    `by` is the colleague who has set it, if it was not the member.
    """

    member: UUID
    state: State
    since: datetime
    position: int
    reason: str | UnsetType = UNSET
    by: UUID | UnsetType = UNSET


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """In what state a member is, for what reason, and since when."""

    member: UUID
    state: State
    since: datetime
    reason: str | UnsetType = UNSET


class Presences(Answer, frozen=True, tag="presences"):
    """The states of all members who are not offline, as of `position`: with what follows, as long as there is `more`.

    Whoever is in none of the parts is offline. It replaces whatever you were told before.
    """

    topic: str
    position: int
    members: list[Colleague]
    more: bool


class Closing(Answer, frozen=True, tag="closing"):
    """The socket is about to be closed; come back after `retry_after_ms`."""

    reason: Literal["restart", "too_slow", "changed", "busy"]
    retry_after_ms: int


ServerFrame = (
    Welcome | Subscribed | Event | Mark | Gap | Ack | Error | Pong | TypingSign | Presences | PresenceChange | Closing
)
