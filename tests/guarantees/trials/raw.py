"""A lean client of live protocol v1 for load: frames from ready bytes, masked with zeros; it counts and judges nothing.

It must cost little beside the server: both share a machine of two cores.
"""

import asyncio
import json
from collections.abc import Sequence
from typing import Any, Final

from conversations.live.tickets import issue_pass, sign_ticket
from conversations.threads.actors import Actor
from tenants.context import TenantRef
from tests.guarantees.trials.seats import Seat

LOOPBACK: Final = "127.0.0.1"
CLOSE, PING, PONG = 8, 9, 10
TEXT: Final = "x" * 600


def frame_of(payload: bytes, opcode: int = 1, *, first: int = 0x80) -> bytes:
    """Answer a masked websocket frame; `first` are its FIN and RSV bits."""
    head = bytes((first | opcode,))
    if len(payload) < 126:
        return head + bytes((0x80 | len(payload), 0, 0, 0, 0)) + payload
    if len(payload) < 65_536:
        return head + bytes((0x80 | 126, *len(payload).to_bytes(2, "big"), 0, 0, 0, 0)) + payload
    return head + bytes((0x80 | 127, *len(payload).to_bytes(8, "big"), 0, 0, 0, 0)) + payload


def handshake_of(tenant: TenantRef) -> bytes:
    """Answer the request for a websocket on a tenant's host."""
    lines = (
        "GET /live/v1 HTTP/1.1",
        f"Host: {tenant.slug}.localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def cut_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Answer whole frames from a server as opcodes with payloads, and what is left over."""
    found: list[tuple[int, bytes]] = []
    at = 0
    while len(data) - at >= 2:
        length, start = data[at + 1] & 127, at + 2
        if length >= 126:
            wide = 2 if length == 126 else 8
            length, start = int.from_bytes(data[start : start + wide], "big"), start + wide
        if start + length > len(data):
            break
        found.append((data[at] & 15, data[start : start + length]))
        at = start + length
    return found, data[at:]


class RawSocket(asyncio.Protocol):
    """One visitor's socket. With a `window` it keeps that many messages on their way."""

    def __init__(self, *, seat: Seat, name: str) -> None:
        """`name` makes its ids its own."""
        self.acked = self.refused = 0
        self.is_over = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._seat, self._name = seat, name
        self._window = self._number = 0
        self._rest = b""
        self._is_open = False
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a websocket."""
        self._transport = transport
        self._transport.write(handshake_of(self._seat.tenant))

    def data_received(self, data: bytes) -> None:
        """Count acks and refusals, and send as many anew."""
        data = self._rest + data
        if not self._is_open:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._rest = data
                return
            self._is_open, data = True, data[end + 4 :]
            self._greet()
        frames, self._rest = cut_frames(data)
        answered = 0
        for opcode, payload in frames:
            if payload.startswith(b'{"type":"ack"'):
                self.acked += 1
                answered += 1
            elif payload.startswith(b'{"type":"error"'):
                self.refused += 1
                answered += 1
            elif payload.startswith(b'{"type":"welcome"') and not self.ready.done():
                self.ready.set_result(None)
            elif opcode == PING:
                self._transport.write(frame_of(payload, PONG))
            elif opcode == CLOSE:
                self.is_over = True
        if answered and self._window:
            self.say(answered)

    def connection_lost(self, _error: Exception | None) -> None:
        """Know that it is over."""
        self.is_over = True
        if not self.ready.done():
            self.ready.set_exception(ConnectionError("closed before it was welcome"))

    def flow(self, window: int) -> None:
        """Keep so many messages on their way from now on; 0: none more."""
        self._window, started = window, self._window == 0
        if window and started:
            self.say(window)

    def say(self, count: int) -> None:
        """Send so many messages in one write."""
        if self.is_over:
            return
        self._transport.write(b"".join(self._message() for _ in range(count)))

    def leave(self) -> None:
        """Go without a word."""
        self._window = 0
        self._transport.abort()

    def _message(self) -> bytes:
        self._number += 1
        said = f'{{"type":"send","id":"{self._name}-{self._number}","conversation":"{self._seat.conversation}",'
        return frame_of(f'{said}"text":"{TEXT}"}}'.encode())

    def _greet(self) -> None:
        visitor = Actor("contact", self._seat.contact, self._seat.name)
        ticket = sign_ticket(pass_=issue_pass(tenant=self._seat.tenant, actor=visitor, origin=""))
        topic = f"conversation:{self._seat.conversation}"
        for said in ({"type": "hello", "ticket": ticket}, {"type": "subscribe", "topic": topic}):
            self._transport.write(frame_of(json.dumps(said).encode()))


async def connect_all(*, port: int, seats: Sequence[Seat], name: str) -> list[RawSocket]:
    """Connect a socket for each seat, some at a time."""
    gate = asyncio.Semaphore(32)
    loop = asyncio.get_running_loop()

    async def connect(number: int, seat: Seat) -> RawSocket:
        async with gate, asyncio.timeout(120):
            made = RawSocket(seat=seat, name=f"{name}-{number}")
            await loop.create_connection(lambda: made, LOOPBACK, port)
            await made.ready
            return made

    return list(await asyncio.gather(*(connect(n, seat) for n, seat in enumerate(seats))))
