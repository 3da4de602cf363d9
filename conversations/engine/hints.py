"""What travels on the bus. Losing any of it costs latency, never data.

A hint says that a tenant's log has grown; news say by what, on a bus that may carry it; a whisper is a droppable sign
of life (typing) that carries ids and a name, never content; a change says that what a process
remembers of a tenant itself is old.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from conversations.engine.events import Recorded


class Hint(msgspec.Struct, frozen=True, tag="h", tag_field="t", kw_only=True):
    """The log of `schema` has reached `position`. `origin` is the process that has told its own subscribers."""

    schema: str
    position: int
    origin: str = ""


class News(msgspec.Struct, frozen=True, tag="n", tag_field="t", kw_only=True):
    """A hint with the events that have led there: who follows the log closely need not read it."""

    schema: str
    position: int
    events: msgspec.Raw
    origin: str = ""

    def decoded(self) -> list[Recorded]:
        """Answer the events: only who listens to this tenant needs them."""
        return _events.decode(self.events)


class Whisper(msgspec.Struct, frozen=True, tag="w", tag_field="t", kw_only=True):
    """A droppable sign to those who look at conversation `subject`: this frame."""

    schema: str
    subject: UUID
    text: str
    origin: str = ""


class Change(msgspec.Struct, frozen=True, tag="c", tag_field="t", kw_only=True):
    """The tenant's state, slug or domain is another: look it up anew."""

    tenant: UUID
    origin: str = ""


Signal = Hint | News | Whisper | Change
_events = msgspec.json.Decoder(list[Recorded])
_decoder: msgspec.json.Decoder[Signal] = msgspec.json.Decoder(Signal)


def encode_hint(signal: Signal) -> str:
    """Answer the bus's text for a signal."""
    return msgspec.json.encode(signal).decode()


def decode_hint(text: str) -> Signal | None:
    """Answer the signal of a bus text; None for what no version of ours has written."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return None


def make_news(*, schema: str, events: Sequence[Recorded], origin: str) -> News:
    """Answer the news of what was written just now."""
    encoded = msgspec.Raw(msgspec.json.encode(events))
    return News(schema=schema, position=events[-1].position, events=encoded, origin=origin)
