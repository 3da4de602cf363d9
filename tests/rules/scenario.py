"""given(events).when(command).then(events): how the rules of conversations are told. No database, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from typing import Final, Self
from uuid import UUID

from conversations.engine.events import Audience, Draft, Fact
from conversations.engine.memory import MemoryLog
from conversations.engine.streams import stream_of
from conversations.threads import rules
from conversations.threads.actors import Actor
from conversations.threads.rules import Conversation
from tenants.members.permissions import PERMISSIONS
from tenants.refusals import Refusal

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONVERSATION: Final = UUID("01900000-0000-7000-8000-000000000010")

Command = Callable[[Conversation], Sequence[Fact]]


def person(name: str, role: str) -> Actor:
    """Answer a member of a role; the same name is the same person."""
    return Actor("member", UUID(bytes=name.encode().ljust(16, b".")), name, PERMISSIONS[role])


def contact(name: str) -> Actor:
    """Answer a contact."""
    return Actor("contact", UUID(bytes=name.encode().ljust(16, b"*")), name)


CUSTOMER: Final = contact("Customer")
STRANGER: Final = contact("Stranger")


@dataclass(frozen=True)
class Told:
    """What a command led to: new facts on the log, or a refusal."""

    facts: tuple[Fact, ...] = ()
    refusal: Refusal | None = None

    def then(self, *expected: Fact) -> None:
        """Expect exactly these facts on the log, in this order."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal!r}")
        assert self.facts == expected

    def then_nothing(self) -> None:
        """Expect success without an event."""
        self.then()

    def then_refused(self, refusal: type[Refusal]) -> None:
        """Expect a refusal, and nothing on the log."""
        assert type(self.refusal) is refusal
        assert self.facts == ()


class Scenario:
    """One conversation of CUSTOMER on a log in memory."""

    def __init__(self) -> None:
        """Open its streams."""
        self.log = MemoryLog()
        self.log.open_streams(subject=CONVERSATION)

    def given(self, *facts: Fact) -> Self:
        """Let these have happened."""
        self.log.append(drafts=[Draft(subject=CONVERSATION, fact=fact) for fact in facts], at=NOON)
        return self

    @property
    def state(self) -> Conversation:
        """Answer the conversation as its log tells it."""
        fresh = Conversation(id=CONVERSATION, contact=CUSTOMER.id)
        return reduce(lambda s, e: rules.apply(state=s, fact=e.fact(), seq=e.seq), self.log.events, fresh)

    def when(self, command: Command) -> Told:
        """Decide on the state as it is, and write what follows."""
        before = len(self.log.events)
        try:
            self.given(*command(self.state))
        except Refusal as refusal:
            return Told(tuple(event.fact() for event in self.log.events[before:]), refusal)
        return Told(tuple(event.fact() for event in self.log.events[before:]))

    def seen_by_the_customer(self) -> list[Fact]:
        """Answer the public stream."""
        stream = stream_of(subject=CONVERSATION, audience=Audience.PUBLIC)
        return [event.fact() for event in self.log.read_stream(stream=stream, after=0)]


def given(*facts: Fact) -> Scenario:
    """Let these have happened in a new conversation."""
    return Scenario().given(*facts)
