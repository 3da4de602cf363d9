"""The first message of a socket waits for what its sender may; thousands at once must not take everybody's turn."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from types import SimpleNamespace
from typing import Any, Final, cast
from uuid import UUID

from conversations.engine.room import Room
from conversations.live.outbox import Outbox
from conversations.live.server import LiveServer
from conversations.live.session import Session
from conversations.live.tickets import Pass
from conversations.live.wire import Taken, Wire
from tests.apps.live.test_feeds import SUBJECT, TENANT

VISITOR: Final = UUID(int=4)
PASS: Final = Pass(tenant=TENANT.id, kind="contact", id=VISITOR, name="#", role="", origin="", nonce="n")


class SlowLog:
    """Answers who may write here when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.go = asyncio.Event()

    async def query(self, **_: object) -> list[tuple[Any, ...]]:
        self.asked += 1
        await self.go.wait()
        return [(VISITOR, 1, 0, 0, False)]


class Writer:
    """Takes everything."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def has_room(self, **_: object) -> bool:
        return True

    def offer(self, *, draft: Any, **_: object) -> bool:
        self.texts.append(draft.fact.text)
        return True

    async def submit(self, *, draft: Any, **_: object) -> None:
        self.texts.append(draft.fact.text)


class House:
    """A server with places for two looks of a company."""

    def __init__(self) -> None:
        self.log, self.writer = SlowLog(), Writer()
        looking = Room(most=2, most_of_tenant=2)
        self._server = cast("LiveServer", SimpleNamespace(log=self.log, writer=self.writer, looking=looking))

    def socket(self) -> "Socket":
        """Open another one."""
        return Socket(Session(server=self._server, tenant=TENANT, pass_=PASS, outbox=Outbox()))


class Socket:
    """A wire that says one text after the other, as it is allowed to."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.waiting: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        session.listen_on(cast("Wire", self))

    def listen(self, take: Callable[[str], Taken]) -> None:
        """Hear who takes."""
        self._take = take

    def say(self, *texts: str) -> None:
        """Say these, one after the other."""
        self.waiting += [
            json.dumps({"type": "send", "id": text, "conversation": str(SUBJECT), "text": text}) for text in texts
        ]
        self.resume()

    def resume(self) -> None:
        """Offer what waits."""
        while self.waiting:
            taken = self._take(self.waiting[0])
            if taken is Taken.LATER:
                return
            text = self.waiting.pop(0)
            if taken is Taken.NO:
                self._tasks.append(asyncio.create_task(self.session.take(text=text)))


def run(story: Callable[[House], Coroutine[Any, Any, None]]) -> None:
    """Tell a story on a loop of its own."""

    async def tell() -> None:
        await story(House())

    asyncio.run(tell())


async def rest() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_follows_waits_and_is_not_taken_apart_meanwhile() -> None:
    async def story(house: House) -> None:
        socket = house.socket()
        socket.say("a", "b", "c")
        await rest()
        assert (house.log.asked, len(socket.waiting)) == (1, 2)
        house.log.go.set()
        await rest()
        assert (house.writer.texts, socket.waiting, house.log.asked) == (["a", "b", "c"], [], 1)

    run(story)


def test_some_look_at_once_and_the_others_when_it_is_their_turn() -> None:
    async def story(house: House) -> None:
        sockets = [house.socket() for _ in range(7)]
        for n, socket in enumerate(sockets):
            socket.say(f"{n}a", f"{n}b")
        await rest()
        assert house.log.asked == 2
        house.log.go.set()
        await rest()
        assert house.log.asked == 7
        assert sorted(house.writer.texts) == sorted(f"{n}{letter}" for n in range(7) for letter in "ab")

    run(story)


def test_who_leaves_while_it_looks_gives_its_place_back() -> None:
    async def story(house: House) -> None:
        sockets = [house.socket() for _ in range(3)]
        for n, socket in enumerate(sockets):
            socket.say(str(n))
        await rest()
        assert house.log.asked == 2
        await sockets[0].session.end()
        await rest()
        assert house.log.asked == 3

    run(story)
