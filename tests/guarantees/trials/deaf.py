"""Clients that never read, many at once: what they cost, how they are closed, and what the others notice."""

import asyncio
import json
import socket
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from config.embedded.replay.tally import percentile
from conversations.live.tickets import issue_pass, sign_ticket
from tests.guarantees.trials.crowd import Crowd
from tests.guarantees.trials.quiet import Quiet, talk_all
from tests.guarantees.trials.seats import Seat
from tests.peer import apart
from tests.serving import Server
from tests.shop import Guest, Shop

MEBIBYTE: Final = 1_048_576
OWN_GROWTH: Final = 48 * MEBIBYTE  # what a server grows by that does anything at all
TOO_SLOW: Final = 4008
ABNORMAL: Final = 1006  # it never heard why
MOST_TIMES: Final = 2.0
LETS_GO_S: Final = 60.0
SPEAKS_S: Final = 600.0
STEP: Final = 10


@dataclass(frozen=True, slots=True)
class Size:
    """How large the trial is."""

    deaf: int = 200
    events: int = 10_000
    per_second: int = 500
    seconds_before: float = 15.0


def narrow_socket(port: int) -> socket.socket:
    """Connect with a small window, so that little waits in the kernel."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    return made


class Deaf:
    """A visitor's socket that says hello and subscribes, and then reads nothing until it is told to."""

    def __init__(self, *, port: int, shop: Shop, guest: Guest) -> None:
        self._shop, self._guest = shop, guest
        self._connecting = connect(
            f"ws://{shop.tenant.slug}.localhost/live/v1",
            sock=narrow_socket(port),
            compression=None,
            max_size=None,
            max_queue=1,
            proxy=None,
            ping_interval=None,
            close_timeout=1,
        )

    async def begin(self) -> None:
        """Come in and look."""
        ticket = sign_ticket(pass_=issue_pass(tenant=self._shop.tenant, actor=self._guest.actor, origin=""))
        self.socket = await self._connecting
        await self.socket.send(json.dumps({"type": "hello", "ticket": ticket}))
        topic = f"conversation:{self._guest.conversation}"
        await self.socket.send(json.dumps({"type": "subscribe", "topic": topic}))
        for expected in ("welcome", "subscribed"):
            assert json.loads(await self.socket.recv())["type"] == expected

    async def listen(self) -> list[str]:
        """Read everything that is still there; answer the last frame's reason, if any."""
        reasons = []
        try:
            async for text in self.socket:
                frame = json.loads(text)
                if frame["type"] == "closing":
                    reasons.append(frame["reason"])
        except ConnectionClosed:
            pass
        return reasons

    async def end(self) -> None:
        """Leave without a word."""
        self.socket.transport.abort()


class _Memory:
    """The most resident bytes of a process, looked at ten times a second."""

    def __init__(self, *, server: Server) -> None:
        self.most = self.first = server.memory
        self._server = server
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> int:
        """Answer by how much it had grown at most."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        return self.most - self.first

    async def _watch(self) -> None:
        while True:
            self.most = max(self.most, self._server.memory)
            await asyncio.sleep(0.1)


async def trial(*, server: Server, shop: Shop, other: Shop, size: Size) -> dict[str, Any]:
    """Let events come to those who do not read, and watch memory and another tenant's answers."""
    guest, neighbour = await apart(lambda: (shop.welcome(), other.welcome()))
    caller = Quiet(port=server.port, shop=other, guest=neighbour, name="q")
    await caller.arrive()
    seat = Seat(shop.tenant, guest.actor.id, guest.actor.name, guest.conversation)
    speaker = await Crowd.gather(port=server.port, seats=[seat], name="s")
    before = await _while_spoken(caller, speaker, round(size.seconds_before * size.per_second), size.per_second)
    deaf = [Deaf(port=server.port, shop=shop, guest=guest) for _ in range(size.deaf)]
    for one in deaf:
        await one.begin()
    memory = _Memory(server=server)
    during = await _while_spoken(caller, speaker, size.events, size.per_second)
    still_there = await _let_go(server, leaving=2)
    grown = await memory.stop()
    for one in deaf:
        await one.listen()
    codes = [one.socket.close_code for one in deaf]
    for one in deaf:
        await one.end()
    await caller.leave()
    await speaker.leave()
    p99 = [1000 * percentile(values=values, share=0.99) for values in (before, during)]
    return {
        "deaf": size.deaf,
        "events": size.events,
        "grown_mb": round(grown / MEBIBYTE, 1),
        "closed_4008": codes.count(TOO_SLOW),
        "dropped": codes.count(ABNORMAL),
        "still_there": still_there,
        "others_p99_before_ms": round(p99[0], 1),
        "others_p99_during_ms": round(p99[1], 1),
        "errors": len(caller.errors),
        "kept": grown <= size.deaf * MEBIBYTE + OWN_GROWTH
        and still_there == 0
        and codes.count(TOO_SLOW) == size.deaf
        and p99[1] <= MOST_TIMES * p99[0]
        and not caller.errors,
    }


async def _while_spoken(caller: Quiet, speaker: Crowd, events: int, per_second: int) -> list[float]:
    """Answer how long the caller waited for acks while so many events were written."""
    speaking = asyncio.create_task(_speak(speaker, events, per_second))
    latencies = await talk_all(quiet=[caller], seconds=events / per_second)
    await speaking
    return latencies


async def _speak(speaker: Crowd, events: int, per_second: int) -> None:
    wanted = (await speaker.count())["acked"] + events
    for _ in range(0, events, STEP):
        await speaker.say(count=STEP)
        await asyncio.sleep(STEP / per_second)
    async with asyncio.timeout(SPEAKS_S):
        while (count := await speaker.count())["acked"] < wanted:
            assert not count["closed"], "the speaker was sent away"
            assert not count["refused"], "the speaker was refused"
            await asyncio.sleep(0.1)


async def _let_go(server: Server, *, leaving: int) -> int:
    """Wait until the server has let go of all sockets but some; answer how many it still holds."""
    for _ in range(round(LETS_GO_S)):
        if server.connections <= leaving:
            return 0
        await asyncio.sleep(1)
    return server.connections - leaving
