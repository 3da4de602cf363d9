"""Ten partners' servers in a process of their own, nine of which do something wrong now and then, each in its own way.

`python -m tests.guarantees.webhooks.partners SEED` writes their ports; POST /secret tells one its secret, GET answers
what it has counted. What comes is verified by the reference library. A delivery is disturbed the first time or never.
"""

import asyncio
import contextlib
import gzip
import json
import random
import socket
import struct
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
import uvloop
from standardwebhooks import Webhook, WebhookVerificationError

TOO_LONG_S: Final = 12.0  # a request may last ten
ALWAYS: Final = 3  # so many of the first ones are disturbed in any case: fewer than make an endpoint rest
BOMB: Final = gzip.compress(bytes(100_000_000))
Fault = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Counted(msgspec.Struct):
    """What one partner has: the position of each delivery's id, which counts once, and what else it has seen."""

    positions: dict[str, int] = {}
    again: int = 0
    disturbed: int = 0
    wrongly_signed: int = 0
    other_body: int = 0


async def hang(_writer: asyncio.StreamWriter) -> None:
    """Say nothing."""
    await asyncio.sleep(TOO_LONG_S)


async def trickle(writer: asyncio.StreamWriter) -> None:
    """Say a byte now and then."""
    for _ in range(int(TOO_LONG_S / 0.2)):
        writer.write(b"H")
        await writer.drain()
        await asyncio.sleep(0.2)


async def reset(writer: asyncio.StreamWriter) -> None:
    """Hang up hard."""
    raw: socket.socket = writer.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def send_much(writer: asyncio.StreamWriter) -> None:
    """Say 100 MB, or as much as is listened to."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
    for _ in range(1000):
        writer.write(bytes(100_000))
        await writer.drain()


async def send_bomb(writer: asyncio.StreamWriter) -> None:
    """Say 100 MB of nothing, packed."""
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
    writer.write(head.encode() + BOMB)
    await writer.drain()


def say(status: int, *headers: str) -> Fault:
    """Answer with a status."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write("\r\n".join([f"HTTP/1.1 {status} So", "Content-Length: 0", *headers, "\r\n"]).encode())
        await writer.drain()

    return answer


# What they do wrong, and of how many deliveries after the first ones.
FAULTS: Final[dict[str, tuple[Fault, float]]] = {
    "is well": (say(200), 0.0),
    "hangs": (hang, 0.002),
    "trickles": (trickle, 0.002),
    "resets": (reset, 0.01),
    "redirects": (say(302, "Location: http://127.0.0.1:1/"), 0.01),
    "fails": (say(500), 0.01),
    "is busy": (say(429, "Retry-After: 1"), 0.005),
    "is gone": (say(410), 0.001),
    "sends 100 MB": (send_much, 0.003),
    "sends a bomb": (send_bomb, 0.003),
}


class Partner:
    """One of them."""

    def __init__(self, *, name: str, chance: random.Random) -> None:
        """Know no secret yet."""
        self._fault, self._share = FAULTS[name]
        self._always = ALWAYS if self._share else 0
        self._chance, self._secret = chance, ""
        self._decided: dict[str, bytes] = {}
        self.counted = Counted()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, RuntimeError):  # uvloop's word for a closed one
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; tell whether another may follow."""
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        if first.startswith("GET"):
            answer = msgspec.json.encode(self.counted)
        elif first.startswith("POST /secret"):
            self._secret, answer = body.decode(), b""
        elif self._is_disturbed(headers, body):
            await self._fault(writer)
            return self._fault not in (hang, trickle, reset, send_much, send_bomb)
        else:
            answer = self._count(body)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer))
        await writer.drain()
        return True

    def _is_disturbed(self, headers: dict[str, str], body: bytes) -> bool:
        """Verify it, and decide."""
        try:
            Webhook(self._secret).verify(body, headers)
        except WebhookVerificationError:
            self.counted.wrongly_signed += 1
        id_, is_new = headers["webhook-id"], headers["webhook-id"] not in self._decided
        self.counted.other_body += self._decided.setdefault(id_, body) != body
        if not is_new or b'"webhook.challenge.v1"' in body:
            return False
        disturbed = self.counted.disturbed < self._always or self._chance.random() < self._share
        self.counted.disturbed += disturbed
        return disturbed

    def _count(self, body: bytes) -> bytes:
        said = json.loads(body)
        if said["type"] == "webhook.challenge.v1":
            return str(said["data"]["challenge"]).encode()
        self.counted.again += said["id"] in self.counted.positions
        self.counted.positions[said["id"]] = said["data"]["position"]
        return b"thanks"


async def serve_all(seed: int) -> None:
    """Serve all of them until the end."""
    servers = {}
    for n, name in enumerate(FAULTS):
        partner = Partner(name=name, chance=random.Random(seed + n))
        servers[name] = await asyncio.start_server(partner.serve, "127.0.0.1", 0, limit=2**20, backlog=512)
    print(json.dumps({name: one.sockets[0].getsockname()[1] for name, one in servers.items()}), flush=True)  # noqa: T201 - the words between two processes
    await asyncio.gather(*(server.serve_forever() for server in servers.values()))


if __name__ == "__main__":
    uvloop.run(serve_all(int(sys.argv[1])))
