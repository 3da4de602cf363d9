"""The load generator, a process of its own: a Plan on stdin, a Report on stdout.

It is lean so that it is not what is measured: no websocket library, frames are put together from ready bytes and
masked with zeros (which RFC 6455 allows), answers are told apart by how they begin.
"""

import asyncio
import os
import random
import secrets
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Final, cast

import msgspec
import uvloop

from tests.benchmarks.machine import watch
from tests.benchmarks.plan import Plan, Report, Run, Seat, quantiles

SALT: Final = secrets.token_hex(4).encode()  # the ids of another run would be repeats
ID_LENGTH: Final = len(SALT) + 13
MOST_ERRORS: Final = 5
PING: Final = 9
PONG: Final = 10
STARTS_S: Final = 60.0
clock = time.perf_counter


class Score:
    """What all sockets have counted since it was last cleared."""

    def __init__(self) -> None:
        """Count from nothing."""
        self.acked_in_all = 0
        self.errors: list[str] = []
        self.error_count = 0
        self.clear()

    def clear(self) -> None:
        """Begin a new stretch."""
        self.acked = self.events = 0
        self.latencies: list[float] = []
        self.late: list[float] = []

    def error(self, text: str) -> None:
        """Keep the first few errors, count all."""
        self.error_count += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(text[:300])


class Socket(asyncio.Protocol):
    """One seat, connected."""

    def __init__(self, *, seat: Seat, plan: Plan, score: Score, number: int) -> None:
        """Everything that is said often is put together once."""
        self.seat = seat
        self.ready = asyncio.get_running_loop().create_future()
        self._score = score
        self._window = plan.window
        self._ack = plan.ack.encode()
        self._event = plan.event.encode()
        self._rest = b""
        self._is_open = self._stopped = False
        self._steps = deque(zip(seat.first, seat.answers, strict=True))
        self._awaited = b""
        self._sent: deque[tuple[bytes, float]] = deque()
        self._number, self._next = number, 0
        if seat.head is not None:
            self._before, self._after = seat.head.encode(), seat.tail.encode()
            self._header = _header(len(self._before) + ID_LENGTH + len(self._after))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for a websocket."""
        self._transport = transport = cast("asyncio.Transport", transport)  # uvloop's derive from nothing
        transport.write(
            f"GET {self.seat.path} HTTP/1.1\r\nHost: {self.seat.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        """Take the answer to the handshake, then frames; the last may be cut."""
        if self._rest:
            data = self._rest + data
        at = 0 if self._is_open else self._open(data)
        end = len(data)
        news = 0
        while end - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126:
                if end < at + 4:
                    break
                length, start = (data[at + 2] << 8) | data[at + 3], at + 4
            if start + length > end:
                break
            if data.startswith(self._event, start):
                self._score.events += 1
            elif data.startswith(self._ack, start):
                news += self._acked(data, start + len(self._ack))
            else:
                self._other(data[at] & 15, data[start : start + length])
            at = start + length
        self._rest = data[at:]
        if news and self._window and not self._stopped:
            self.say(news)

    def connection_lost(self, error: Exception | None) -> None:
        """Notice when the server has closed it."""
        if not self._stopped:
            self._score.error(f"closed: {error}")
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed before it was ready: {self._score.errors}"))

    def say(self, count: int) -> None:
        """Send as many messages, in one write."""
        now = clock()
        frames: list[bytes] = []
        for _ in range(count):
            text = b"%s-%05x-%06x" % (SALT, self._number, self._next)
            self._next += 1
            frames += (self._header, self._before, text, self._after)
            self._sent.append((text, now))
        self._transport.write(b"".join(frames))

    def stop(self) -> None:
        """Answer acks with nothing more."""
        self._stopped = True

    @property
    def outstanding(self) -> int:
        """Count what was sent and is not acked."""
        return len(self._sent)

    def close(self) -> None:
        """Leave."""
        self._stopped = True
        self._transport.abort()

    def _open(self, data: bytes) -> int:
        end = data.find(b"\r\n\r\n")
        if end < 0:
            return 0
        if not data.startswith(b"HTTP/1.1 101"):
            self._score.error(data[:100].decode(errors="replace"))
            self.ready.set_exception(ConnectionError("refused"))
        self._is_open = True
        self._step()
        return end + 4

    def _step(self) -> None:
        if not self._steps:
            self._awaited = b""
            if not self.ready.done():
                self.ready.set_result(None)
            return
        text, answer = self._steps.popleft()
        self._awaited = answer.encode()
        payload = text.encode()
        if payload:
            self._transport.write(_header(len(payload)) + payload)

    def _acked(self, data: bytes, start: int) -> int:
        text, sent = self._sent.popleft()
        if not data.startswith(text, start):
            self._score.error(f"ack of {data[start : start + ID_LENGTH]!r} where {text!r} was sent")
        score = self._score
        score.acked += 1
        score.acked_in_all += 1
        score.latencies.append(clock() - sent)
        return 1

    def _other(self, opcode: int, payload: bytes) -> None:
        if self._awaited and payload.startswith(self._awaited):
            self._step()
        elif opcode == PING:
            self._transport.write(bytes((0x80 | PONG, 0x80 | len(payload), 0, 0, 0, 0)) + payload)
        elif opcode == 8 or payload.startswith(b'{"type":"error"'):
            self._score.error(f"{opcode}: {payload.decode(errors='replace')}")


def _header(length: int) -> bytes:
    """Answer the head of a masked text frame; the mask is zero, so the payload stands as it is."""
    if length < 126:
        return bytes((0x81, 0x80 | length, 0, 0, 0, 0))
    return bytes((0x81, 0x80 | 126, length >> 8, length & 255, 0, 0, 0, 0))


class Generator:
    """All sockets of a plan."""

    def __init__(self, *, plan: Plan) -> None:
        """Connect nothing yet."""
        self._plan = plan
        self._score = Score()
        self._sockets: list[Socket] = []

    async def run(self) -> Report:
        """Connect, measure, leave."""
        began = clock()
        await self._connect()
        extra = {"connect_s": round(clock() - began, 3)}
        if self._plan.hold:
            began, before = clock(), watch(self._plan.watched)
            await _held()
            await asyncio.sleep(self._plan.measure_s)
            runs = [self._take(began, before)]
        else:
            if self._plan.together:
                await _held()
            runs = await self._measure()
        for socket in self._sockets:
            socket.close()
        score = self._score
        return Report(
            runs=runs,
            acked_in_all=score.acked_in_all,
            errors=score.errors,
            error_count=score.error_count,
            extra=extra,
        )

    async def _connect(self) -> None:
        gate = asyncio.Semaphore(self._plan.connect_at_once)
        loop = asyncio.get_running_loop()

        async def connect(number: int, seat: Seat) -> None:
            async with gate, asyncio.timeout(STARTS_S):
                socket = Socket(seat=seat, plan=self._plan, score=self._score, number=number)
                await loop.create_connection(lambda: socket, "127.0.0.1", self._plan.port)
                await socket.ready
                self._sockets.append(socket)

        await asyncio.gather(*(connect(number, seat) for number, seat in enumerate(self._plan.seats)))

    async def _measure(self) -> list[Run]:
        plan, runs = self._plan, []
        speaking = [socket for socket in self._sockets if socket.seat.head is not None]
        sending = asyncio.create_task(self._send_by_rate(speaking)) if plan.rate else None
        if plan.window:
            for socket in speaking:
                socket.say(plan.window)
        for n in range(plan.runs):
            await asyncio.sleep(plan.again_s if n else plan.warm_s)
            self._score.clear()
            began, before = clock(), watch(plan.watched)
            await asyncio.sleep(plan.measure_s)
            runs.append(self._take(began, before))
        if sending:
            sending.cancel()
        await self._settle(speaking)
        return runs

    def _take(self, began: float, before: dict[str, float]) -> Run:
        score, seconds = self._score, clock() - began
        after = watch(self._plan.watched)
        run = Run(
            seconds=seconds,
            acked=score.acked,
            events=score.events,
            latencies_ms=quantiles([1000 * value for value in score.latencies]),
            late_ms=quantiles([1000 * value for value in score.late]),
            cpu={name: after[name] - before[name] for name in after},
        )
        score.clear()
        return run

    async def _settle(self, speaking: list[Socket]) -> None:
        """Let what is outstanding be acked: what is then in the database can be compared with what was acked."""
        for socket in speaking:
            socket.stop()
        try:
            async with asyncio.timeout(STARTS_S):
                while not self._score.error_count and any(socket.outstanding for socket in speaking):  # noqa: ASYNC110 - only once, at the end
                    await asyncio.sleep(0.01)
        except TimeoutError:
            self._score.error("not everything was acked")

    async def _send_by_rate(self, speaking: list[Socket]) -> None:
        """At times of a Poisson process, whatever the answers do: a slow answer must not slow the questions."""
        rng = random.Random(self._plan.seed)
        due = clock()
        while True:
            due += rng.expovariate(self._plan.rate)
            while (wait := due - clock()) > 0:  # noqa: ASYNC110 - a timer may wake up early
                await asyncio.sleep(wait)
            self._score.late.append(clock() - due)
            rng.choice(speaking).say(1)


async def _held() -> None:
    print("ready", flush=True)  # noqa: T201 - the words between the two processes
    await asyncio.to_thread(sys.stdin.readline)


def main(run: Callable[..., Report] = uvloop.run) -> None:
    """Read the plan, run it, write the report."""
    plan = msgspec.json.decode(sys.stdin.readline(), type=Plan)
    plan.watched["generator"] = [os.getpid()]
    report = run(Generator(plan=plan).run())
    print(msgspec.json.encode(report).decode(), flush=True)  # noqa: T201 - the words between the two processes


if __name__ == "__main__":
    main()
