"""The short way into a session: whatever comes, in whatever pieces, is heard and answered as uvicorn alone would."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.config import Config
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.speedups import apply_mask

from config.sockets import PromptSockets
from conversations.live.wire import Taken

MOST = 131_072
HANDSHAKE = (
    b"GET /live/v1 HTTP/1.1\r\nHost: a.localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Transport:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = b""
        self.closed = self.paused = False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def get_extra_info(self, name: str) -> Any:
        return ("127.0.0.1", 1) if name.endswith("name") else None


def frame(opcode: int, payload: bytes, *, fin: bool = True, mask: bytes | None = b"\x01\x80\x00\xff") -> bytes:
    masked = 0x80 if mask is not None else 0
    length = len(payload)
    if length < 126:
        head = bytes((masked | length,))
    elif length < 65_536:
        head = bytes((masked | 126,)) + length.to_bytes(2)
    else:
        head = bytes((masked | 127,)) + length.to_bytes(8)
    body = payload if mask is None else mask + apply_mask(payload, mask)
    return bytes(((0x80 if fin else 0) | opcode,)) + head + body


texts = st.one_of(st.text(max_size=20), st.sampled_from(["x" * 125, "x" * 126, "云" * 400, "y" * 65_535, "z" * 70_000]))
ordinary = st.one_of(
    texts.map(lambda text: frame(1, text.encode())),
    texts.map(lambda text: frame(1, text.encode(), mask=bytes(4))),
    st.binary(max_size=20).map(lambda data: frame(9, data)),
    st.binary(max_size=20).map(lambda data: frame(10, data)),
)
rare = st.one_of(
    st.binary(max_size=20).map(lambda data: frame(2, data)),
    texts.map(lambda text: frame(1, text.encode()[:9], fin=False) + frame(9, b"p") + frame(0, b"rest")),
)
last = st.one_of(  # the socket is closed for it: what follows is heard by nobody
    st.just(b""),
    st.just(frame(1, b"\xff\xfe")),
    st.just(frame(1, b"plain", mask=None)),
    st.just(frame(0, b"of nothing")),
    st.just(frame(3, b"reserved")),
    st.just(frame(8, b"\x03\xe8")),
    st.just(frame(1, b"x" * (MOST + 1))),
    st.binary(min_size=1, max_size=30),
)
streams = st.lists(st.one_of(ordinary, ordinary, ordinary, rare), max_size=8).map(b"".join)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


@contextmanager
def open_socket(
    kind: type[WebSocketsSansIOProtocol], loop: asyncio.AbstractEventLoop
) -> Iterator[tuple[Any, Transport]]:
    """Give a protocol after its handshake, with an application that has accepted and reads nothing."""

    async def application(_scope: Any, _receive: Any, _send: Any) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    config = Config(cast("Any", application), ws_max_size=MOST, ws_per_message_deflate=False, log_config=None)
    config.load()
    made, transport = kind(config, ServerState(), {}, _loop=loop), Transport()
    made.connection_made(cast("Any", transport))
    made.data_received(HANDSHAKE)
    loop.run_until_complete(made.send({"type": "websocket.accept"}))
    made.queue.get_nowait()
    transport.written = b""
    try:
        yield made, transport
    finally:
        end(made, loop)


def told(made: Any) -> list[dict[str, Any]]:
    found = []
    while not made.queue.empty():
        found.append(made.queue.get_nowait())
    return found


def end(made: Any, loop: asyncio.AbstractEventLoop) -> None:
    for task in made.tasks:
        task.cancel()
    made.stop_keepalive()
    for task in list(made.tasks):
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(task)


@given(stream=streams, end_=last, data=st.data())
def test_heard_as_by_uvicorn_alone(
    loop: asyncio.AbstractEventLoop, stream: bytes, end_: bytes, data: st.DataObject
) -> None:
    """But for one thing: of what came in one piece with nonsense, uvicorn forgets the good beginning, and we do not."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    pieces = [stream[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    taken: list[dict[str, Any]] = []

    def take(text: str) -> Taken:
        taken.append({"type": "websocket.receive", "text": text})
        return Taken.YES

    with (
        open_socket(PromptSockets, loop) as (ours, our_transport),
        open_socket(WebSocketsSansIOProtocol, loop) as (theirs, their_transport),
    ):
        ours.listen(take)
        for piece in filter(None, [*pieces, end_]):
            ours.data_received(piece)
            theirs.data_received(piece)
        assert [*taken, *told(ours)] == told(theirs)
        assert our_transport.written == their_transport.written
        assert our_transport.closed == their_transport.closed


def test_what_is_not_taken_waits_and_so_does_what_follows(loop: asyncio.AbstractEventLoop) -> None:
    offered: list[str] = []

    def take(text: str) -> Taken:
        offered.append(text)
        return Taken.NO if text == "busy" else Taken.YES

    with open_socket(PromptSockets, loop) as (socket, transport):
        socket.listen(take)
        socket.data_received(frame(1, b"one") + frame(1, b"busy") + frame(1, b"two"))
        assert offered == ["one", "busy"]
        assert transport.paused
        assert [message["text"] for message in told(socket)] == ["busy", "two"]


@given(stream=streams, cuts=st.lists(st.integers(0, 400), max_size=6), later=st.lists(st.booleans(), max_size=20))
def test_what_is_to_come_later_stops_the_reading_and_loses_nothing(
    loop: asyncio.AbstractEventLoop, stream: bytes, cuts: list[int], later: list[bool]
) -> None:
    taken: list[dict[str, Any]] = []
    delays = iter(later)

    def take(text: str) -> Taken:
        if next(delays, False):
            return Taken.LATER
        taken.append({"type": "websocket.receive", "text": text})
        return Taken.YES

    edges = sorted(min(cut, len(stream)) for cut in cuts)
    with (
        open_socket(PromptSockets, loop) as (ours, transport),
        open_socket(WebSocketsSansIOProtocol, loop) as (theirs, _),
    ):
        ours.listen(take)
        for start, stop in zip([0, *edges], [*edges, len(stream)], strict=True):
            if stop > start:
                ours.data_received(stream[start:stop])
                theirs.data_received(stream[start:stop])
        while ours._holds:
            assert transport.paused
            ours.resume()
        assert [*taken, *told(ours)] == told(theirs)


def test_texts_go_out_in_one_write(loop: asyncio.AbstractEventLoop) -> None:
    said = ["a", "云" * 50, "b" * 70_000]
    with open_socket(PromptSockets, loop) as (socket, transport):
        loop.run_until_complete(socket.send_texts(said))
        assert transport.written == b"".join(frame(1, text.encode(), mask=None) for text in said)
