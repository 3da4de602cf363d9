"""What travels on the bus: hints only. Losing one costs latency, never data.

A hint says that a tenant's log has grown; a whisper is a droppable sign of life (typing, presence) that carries
ids and names of states, never content; a change says that what a process remembers of a tenant itself is old.
"""

from uuid import UUID

import msgspec


class Hint(msgspec.Struct, frozen=True, tag="h", tag_field="t", kw_only=True):
    """The log of `schema` has reached `position`. `origin` is the process that has told its own subscribers."""

    schema: str
    position: int
    origin: str = ""


class Whisper(msgspec.Struct, frozen=True, tag="w", tag_field="t", kw_only=True):
    """A droppable sign to those who look at conversation `subject` (None: at the tenant's desk): this frame."""

    schema: str
    subject: UUID | None
    text: str
    origin: str = ""


class Change(msgspec.Struct, frozen=True, tag="c", tag_field="t", kw_only=True):
    """The tenant's state, slug or domain is another: look it up anew."""

    tenant: UUID
    origin: str = ""


Signal = Hint | Whisper | Change
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
