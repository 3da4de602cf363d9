"""The words of live protocol v1, both directions. Unknown fields and words are refused with constant texts."""

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from conversations.presence.events import State
from tenants.refusals import Refusal
from tenants.text import is_storable

FRAME_BYTES: Final = 65_536  # room for TEXT_CHARS even where a client escapes each of them as \uXXXX
WIRE_BYTES: Final = 2 * FRAME_BYTES  # beyond it nothing is buffered or answered: the socket is closed
HELLO_BYTES: Final = 4_096
TEXT_CHARS: Final = 8_000
OUTSTANDING: Final = 256

# Python's $ would let a newline follow, and JSON Schema does not know Python's end of text.
ClientId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(?![\s\S])")]
Seq = Annotated[int, Meta(ge=0, le=2**53)]
Topic = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(min_length=1, max_length=TEXT_CHARS)]


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """Anything that a client says."""


class Hello(Frame, frozen=True, tag="hello"):
    """Who I am: a one-use ticket, or the resume token of an earlier welcome."""

    ticket: Annotated[str, Meta(max_length=2048)] | None = None
    resume: Annotated[str, Meta(max_length=2048)] | None = None


class Subscribe(Frame, frozen=True, tag="subscribe"):
    """Send me a topic's events after `after` (seq; for `desk`, `tickets` and `events` position), then live.

    `kinds`: of the topic `events` these kinds only.
    """

    topic: Topic
    after: Seq | None = None
    kinds: Annotated[tuple[Annotated[str, Meta(max_length=100)], ...], Meta(max_length=200)] | None = None


class Unsubscribe(Frame, frozen=True, tag="unsubscribe"):
    """No more of this topic."""

    topic: Topic


class Send(Frame, frozen=True, tag="send"):
    """Post a message; `id` is the client's own and makes it repeatable.

    `reply_to`: it answers the message of the conversation with this seq.
    """

    id: ClientId
    conversation: UUID
    text: Text
    files: tuple[Annotated[str, Meta(max_length=200)], ...] = ()
    reply_to: Annotated[int, Meta(ge=1, le=2**53)] | None = None


class Read(Frame, frozen=True, tag="read"):
    """I have seen everything up to `seq`."""

    conversation: UUID
    seq: Annotated[int, Meta(ge=1, le=2**53)]


class Typing(Frame, frozen=True, tag="typing"):
    """I am writing."""

    conversation: UUID


class Presence(Frame, frozen=True, tag="presence"):
    """I am in this state whenever I am connected, for this reason (the key of a `presence_reason`)."""

    state: State
    reason: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}(?![\s\S])")] | None = None


class Ping(Frame, frozen=True, tag="ping"):
    """Say whether you are there, and how far my topics are."""


ClientFrame = Hello | Subscribe | Unsubscribe | Send | Read | Typing | Presence | Ping
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame)
_words = frozenset(cls.__struct_config__.tag for cls in ClientFrame.__args__)


class Malformed(Refusal):
    """This is not a frame of the protocol."""

    code = "malformed"


class UnknownType(Refusal):
    """There is no frame of this type."""

    code = "unknown_type"


class TooLarge(Refusal):
    """This frame is too large."""

    code = "too_large"
    status = 413


class NotText(Refusal):
    """Frames are JSON text."""

    code = "not_text"


def decode(*, text: str, limit: int = FRAME_BYTES) -> ClientFrame:
    """Answer the frame; raise Malformed, UnknownType or TooLarge, whose texts never repeat the input."""
    if len(text) > limit or len(text.encode(errors="replace")) > limit:
        raise TooLarge
    try:
        frame = _decoder.decode(text)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
        raise (UnknownType if _is_unknown(text) else Malformed) from error
    if isinstance(frame, Send) and not (is_storable(text=frame.text) and frame.text.strip()):
        raise Malformed
    return frame


def _is_unknown(text: str) -> bool:
    try:
        word = msgspec.json.decode(text, type=dict[str, Any]).get("type")
    except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError):
        return False
    return isinstance(word, str) and word not in _words
