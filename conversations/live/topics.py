"""Topics: what can be subscribed to, and how an event looks to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from conversations.engine.events import Audience, Recorded, get_permission
from conversations.engine.streams import audience_of, stream_of, subject_of
from conversations.live.answers import Answer, Event, PresenceChange
from conversations.presence.events import PresenceChanged
from conversations.presence.rules import standing_after
from conversations.threads.feed import blank, show
from conversations.tickets.events import VIEW as SEES_TICKETS
from tenants.refusals import Refusal


class UnknownTopic(Refusal):
    """There is no such topic."""

    code = "unknown_topic"
    status = 404


@dataclass(frozen=True, slots=True)
class Topic:
    """`conversation:<id>` (its public stream), `staff:<id>`, or one of the tenant's own.

    Those are `desk` (everything of conversations and their contacts, by position), `tickets` (everything of tickets,
    by position), `presence` (the members' states) and `events` (the change feed).
    """

    name: str
    kind: Literal["conversation", "staff", "desk", "tickets", "presence", "events"]
    subject: UUID | None = None

    @property
    def is_wide(self) -> bool:
        """Tell whether it is of no stream: its events are told apart by position."""
        return self.kind in {"desk", "tickets", "events"}

    @property
    def stream(self) -> UUID:
        """Answer the stream of a conversation's topic."""
        if self.subject is None:
            raise UnknownTopic
        return stream_of(subject=self.subject, audience=Audience.STAFF if self.kind == "staff" else Audience.PUBLIC)


SEES_DESK: Final = "conversations.view"
DESK: Final = Topic("desk", "desk")
TICKETS: Final = Topic("tickets", "tickets")
PRESENCE: Final = Topic("presence", "presence")
EVENTS: Final = Topic("events", "events")
_OWN: Final = {topic.name: topic for topic in (DESK, TICKETS, PRESENCE, EVENTS)}
# What it takes to subscribe to each of them.
NEEDED: Final = {DESK: SEES_DESK, TICKETS: SEES_TICKETS, PRESENCE: "members.view", EVENTS: SEES_DESK}


def parse_topic(*, name: str) -> Topic:
    """Answer the topic; raise UnknownTopic. An odd id is a staff stream's and names no conversation."""
    if name in _OWN:
        return _OWN[name]
    kind, _, text = name.partition(":")
    try:
        subject = UUID(text)
    except ValueError:
        raise UnknownTopic from None
    if str(subject) != text or subject.int & 1:
        raise UnknownTopic
    if kind == "conversation":
        return Topic(name, "conversation", subject)
    if kind == "staff":
        return Topic(name, "staff", subject)
    raise UnknownTopic


class Rendered:
    """One event on its way out: encoded at most once for each way of looking at it, then shared by reference."""

    __slots__ = ("_texts", "event")

    def __init__(self, event: Recorded) -> None:
        """Encode nothing yet."""
        self.event = event
        self._texts: dict[str, str] = {}

    def for_contact(self) -> str:
        """As a contact sees it: nothing of the tenant's order, no person's id."""
        return self._text("contact", self._contact)

    def for_member(self, *, personal: bool = True) -> str:
        """As a member sees it in the conversation's topic; what is personal in it is null unless `personal`."""
        return (
            self._text("member", self._member) if personal else self._text("masked", partial(self._blank, self._member))
        )

    def for_desk(self, *, personal: bool = True) -> str | None:
        """As a member sees it on the desk: what is of conversations or their contacts; None for all else."""
        if get_permission(kind=self.event.kind) not in {None, SEES_DESK}:
            return None
        return (
            self._text("desk", self._desk) if personal else self._text("masked desk", partial(self._blank, self._desk))
        )

    def for_tickets(self, *, personal: bool = True) -> str | None:
        """As a member sees it among tickets; None for what is of none."""
        if get_permission(kind=self.event.kind) != SEES_TICKETS:
            return None
        if personal:
            return self._text("tickets", self._tickets)
        return self._text("masked tickets", partial(self._blank, self._tickets))

    def for_presence(self) -> str:
        """As members see that a colleague is in another state."""
        return self._text("presence", self._presence)

    def for_program(self, *, personal: bool) -> str:
        """As the change feed shows it; what is personal in it is null unless `personal`."""
        return self._text("personal" if personal else "program", partial(self._program, personal))

    def _text(self, view: str, make: Callable[[], Answer]) -> str:
        text = self._texts.get(view)
        if text is None:
            text = self._texts[view] = make().text()
        return text

    def _blank(self, make: Callable[[], Event]) -> Event:
        return msgspec.structs.replace(make(), body=blank(event=self.event))

    def _contact(self) -> Event:
        event = self.event
        return Event(
            topic=_name_of(event.stream),
            seq=event.seq,
            kind=event.kind,
            at=event.at,
            body=event.body,
            id=self._client_id(),
        )

    def _member(self) -> Event:
        event = self.event
        return msgspec.structs.replace(
            self._contact(),
            position=event.position,
            conversation=subject_of(stream=event.stream),
            sender=event.sender,
        )

    def _desk(self) -> Event:
        of = UNSET if get_permission(kind=self.event.kind) else subject_of(stream=self.event.stream)
        where = audience_of(stream=self.event.stream)
        return msgspec.structs.replace(self._member(), topic=DESK.name, audience=where, conversation=of)

    def _program(self, personal: bool) -> Event:  # noqa: FBT001 - one of ours
        said = show(event=self.event, personal=personal)
        return Event(
            topic=EVENTS.name,
            seq=said.seq,
            kind=said.kind,
            at=said.at,
            body=said.body,
            id=UNSET if said.id is None else said.id,
            position=said.position,
            conversation=UNSET if said.conversation is None else said.conversation,
            sender=UNSET if said.sender is None else said.sender,
            audience=said.audience,
        )

    def _tickets(self) -> Event:
        where = audience_of(stream=self.event.stream)
        return msgspec.structs.replace(self._member(), topic=TICKETS.name, audience=where, conversation=UNSET)

    def _presence(self) -> PresenceChange:
        event, fact = self.event, PresenceChanged(**self.event.body)
        reason = standing_after(fact=fact).shown_reason
        return PresenceChange(
            member=fact.member,
            state=fact.state,
            since=event.at,
            position=event.position,
            reason=UNSET if reason is None else reason,
            by=UNSET if event.sender is None or str(event.sender) == str(fact.member) else event.sender,
        )

    def _client_id(self) -> str | UnsetType:
        """Answer the client's own id of a message: by it a client finds its unsent message among those that arrive."""
        event = self.event
        return event.client_id if event.client_id is not None and event.kind == "message.posted.v1" else UNSET


@lru_cache(maxsize=16_384)
def _name_of(stream: UUID) -> str:
    """Answer the topic of a stream: a busy conversation's is wanted for each of its messages."""
    kind = "staff" if audience_of(stream=stream) is Audience.STAFF else "conversation"
    return f"{kind}:{subject_of(stream=stream)}"
