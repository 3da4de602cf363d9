"""What an event changes about what is found. A kind that is not in CHANGES changes nothing. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final
from uuid import UUID

from conversations.engine.events import Recorded
from conversations.engine.streams import subject_of
from conversations.threads.events import ContactErased, MessageEdited, MessagePosted, MessageRecalled, NotePosted
from conversations.tickets.events import (
    TicketCommented,
    TicketContactErased,
    TicketDescribed,
    TicketNoted,
    TicketOpened,
)


class Sort(IntEnum):
    """What a text is, as the index has it: the numbers are stored."""

    MESSAGE = 1
    NOTE = 2
    TICKET = 3
    COMMENT = 4
    REMARK = 5  # what colleagues note in a ticket


TICKETS: Final = frozenset({Sort.TICKET, Sort.COMMENT, Sort.REMARK})
# A term that no text has. There are a hundred messages to a ticket: without it these would hide what is said in those.
OF_TICKET: Final = ":ticket"


@dataclass(frozen=True, slots=True)
class Put:
    """A text is there."""

    position: int
    source: int
    at: datetime
    subject: UUID
    sort: Sort
    text: str


@dataclass(frozen=True, slots=True)
class Replace:
    """What was said in a stream at a seq says this now, which stands at `source`; None: it says nothing any more."""

    stream: UUID
    seq: int
    text: str | None
    source: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Nothing that was said about a subject is found any more."""

    subject: UUID


Change = Put | Replace | Forget

_SORTS: Final = {
    MessagePosted.kind: Sort.MESSAGE,
    NotePosted.kind: Sort.NOTE,
    TicketOpened.kind: Sort.TICKET,
    TicketCommented.kind: Sort.COMMENT,
    TicketNoted.kind: Sort.REMARK,
}
_FIRST: Final = 1  # the seq of what opens a stream


def put(event: Recorded, *, text: str | None = None, source: int | None = None) -> Put:
    """Answer what something that was said puts there; `text` is what it says now, if that stands elsewhere."""
    words = text_of(event=event) if text is None else text
    if event.kind == TicketOpened.kind:  # people say its number
        words = f"{event.body['prefix']}-{event.body['number']} {words}"
    at = event.position if source is None else source
    return Put(event.position, at, event.at, subject_of(stream=event.stream), _SORTS[event.kind], words)


def is_said(*, kind: str) -> bool:
    """Tell whether events of a kind put a text there."""
    return kind in _SORTS


def text_of(*, event: Recorded) -> str:
    """Answer the words of an event: those of its title, too."""
    title, text = event.body.get("title"), event.body.get("text") or ""
    return text if title is None else f"{title}\n{text}"


def _describe(event: Recorded) -> Replace:
    return Replace(event.stream, _FIRST, text_of(event=event), event.position)


def _edit(event: Recorded) -> Replace:
    return Replace(event.stream, event.body["seq"], event.body["text"], event.position)


def _recall(event: Recorded) -> Replace:
    return Replace(event.stream, event.body["seq"], None, event.position)


def _forget(event: Recorded) -> Forget:
    return Forget(subject_of(stream=event.stream))


# Each kind that changes what is found, and how. Whoever lets a text be replaced or removed adds a line.
CHANGES: Final[Mapping[str, Callable[[Recorded], Change]]] = {
    **dict.fromkeys(_SORTS, put),
    TicketDescribed.kind: _describe,
    MessageEdited.kind: _edit,
    MessageRecalled.kind: _recall,
    ContactErased.kind: _forget,
    TicketContactErased.kind: _forget,
}
