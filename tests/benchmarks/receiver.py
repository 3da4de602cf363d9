"""A partner's server that costs next to nothing: it takes what it is told and keeps when that came.

A process of its own: `python -m tests.benchmarks.receiver PORT`. What is posted to /stalled gets no answer; GET answers
what came since the last GET.
"""

import asyncio
import sys
import time
from datetime import datetime
from typing import Any, Final

import msgspec
import uvloop

STALLED: Final = "/stalled"


class Data(msgspec.Struct):
    """Of the body's data only what challenges say."""

    challenge: str = ""


class Told(msgspec.Struct):
    """Of a body what is needed here."""

    id: str
    timestamp: datetime
    data: Data


class Arrival(msgspec.Struct):
    """One delivery: when it came (the clock of the wall, in seconds), its id, and how long after its event."""

    at: float
    id: str
    late_ms: float


class Arrived(msgspec.Struct):
    """What came, by path, and over how many connections."""

    of: dict[str, list[Arrival]]
    connections: int


class Receiver(asyncio.Protocol):
    """One connection. Each request is answered before the next one is read."""

    arrived = Arrived(of={}, connections=0)
    decode = msgspec.json.Decoder(Told).decode

    def __init__(self) -> None:
        """Have heard nothing."""
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it."""
        self._transport: Any = transport
        Receiver.arrived.connections += 1

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._rest += data
        head, found, body = self._rest.partition(b"\r\n\r\n")
        if not found:
            return
        method, path = head.split(b" ", 2)[:2]
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        if len(body) < length:
            return
        self._rest = body[length:]
        answer = self._report() if method == b"GET" else self._take(path.decode(), body[:length])
        if answer is not None:
            self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))

    def _take(self, path: str, body: bytes) -> bytes | None:
        told, now = self.decode(body), time.time()
        if told.data.challenge:
            return told.data.challenge.encode()
        arrival = Arrival(at=now, id=told.id, late_ms=1000 * (now - told.timestamp.timestamp()))
        self.arrived.of.setdefault(path, []).append(arrival)
        return None if path == STALLED else b"thanks"

    @classmethod
    def _report(cls) -> bytes:
        told, cls.arrived = cls.arrived, Arrived(of={}, connections=0)
        return msgspec.json.encode(told)


async def serve(port: int) -> None:
    """Serve until the end."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
