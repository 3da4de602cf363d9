"""The storm: threads take turns, sockets talk, until so many statements were watched; then everything is judged."""

import asyncio
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from django.db import connection

from tests.architecture.probe.checks import refuse
from tests.architecture.probe.interleave.turns import Foreign, hold, take_turn
from tests.architecture.probe.interleave.watch import Watch, watching
from tests.architecture.probe.live.resting import rest
from tests.architecture.probe.mirror.company import JSON, Company
from tests.peer import Peer, apart
from tests.shop import Guest

PAUSE_S: Final = 0.05
PATIENCE_S: Final = 60.0
SPEAKS_S: Final = 4.0


@dataclass
class Weather:
    """What a storm was, and what it showed."""

    seed: int
    threads: int
    sockets: int
    companies: int
    seconds: float = 0.0
    statements: int = 0
    ways: dict[str, int] = field(default_factory=dict)
    turns: int = 0
    messages: int = 0
    frames: int = 0
    mismatches: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def is_clear(self) -> bool:
        """Tell whether nothing of anybody was seen by another, and nothing else went wrong."""
        return not (self.mismatches or self.foreign or self.errors)

    def as_dict(self) -> dict[str, Any]:
        """Answer it as plain data."""
        return asdict(self)


class Storm:
    """One run."""

    def __init__(self, *, companies: list[Company], threads: int, sockets: int, statements: int, seed: int) -> None:
        self._companies, self._target = companies, statements
        self.weather = Weather(seed, threads, sockets, len(companies))
        self._over = threading.Event()
        self._lock = threading.Lock()

    def run(self, *, port: int, tell: Callable[[str], None] = lambda _: None) -> Weather:
        """Let it pass over the server at this port, which must be of this process."""
        started, weather = time.monotonic(), self.weather
        with watching() as watch:
            hands = [threading.Thread(target=self._take_turns, args=(n,)) for n in range(weather.threads)]
            talk = threading.Thread(target=lambda: asyncio.run(self._talk(port)))
            for thread in (*hands, talk):
                thread.start()
            self._wait(watch, hands, tell)
            self._over.set()
            for thread in (*hands, talk):
                thread.join(120)
        weather.seconds = round(time.monotonic() - started, 1)
        weather.statements, weather.ways = watch.total, dict(watch.statements)
        weather.mismatches = watch.mismatches[:20]
        return weather

    def _wait(self, watch: Watch, hands: list[threading.Thread], tell: Callable[[str], None]) -> None:
        while watch.total < self._target or self.weather.messages < self.weather.sockets:
            if self.weather.errors or self.weather.foreign:
                return
            if watch.mismatches or not any(hand.is_alive() for hand in hands):
                return
            time.sleep(PAUSE_S)
            tell(f"{watch.total} statements, {self.weather.messages} messages")

    def _take_turns(self, number: int) -> None:
        chosen = random.Random(f"{self.weather.seed} {number}")
        try:
            while not self._over.is_set():
                take_turn(self._companies, chosen)
                with self._lock:
                    self.weather.turns += 1
        except Foreign as error:
            self.weather.foreign.append(str(error))
        except BaseException as error:  # noqa: BLE001 - a thread that ends must not do so in silence
            self.weather.errors.append(f"{type(error).__name__}: {error}"[:500])
        finally:
            connection.close()

    async def _talk(self, port: int) -> None:
        chosen = random.Random(self.weather.seed)
        people = [(self._companies[n % len(self._companies)], n) for n in range(self.weather.sockets)]
        results = await asyncio.gather(
            *(self._person(port, company, n, random.Random(chosen.random())) for company, n in people),
            return_exceptions=True,
        )
        for error in results:
            if isinstance(error, Foreign):
                self.weather.foreign.append(str(error))
            elif isinstance(error, BaseException):
                self.weather.errors.append(f"socket: {type(error).__name__}: {error}"[:500])

    async def _person(self, port: int, company: Company, number: int, chosen: random.Random) -> None:
        """Every tenth is a member at the desk, the others are visitors; what each hears is held at once."""
        staff = number // len(self._companies) % 10 == 0
        ticket, guest = await apart(lambda: _arrive(company, staff=staff))
        async with Peer(port=port, tenant=company.tenant) as peer:
            await peer.say(type="hello", ticket=ticket)
            await peer.next("welcome", within_s=PATIENCE_S)
            await peer.say(type="subscribe", topic="desk" if staff else f"conversation:{guest.conversation}")
            await peer.next("subscribed", within_s=PATIENCE_S)
            while not self._over.is_set():
                await peer.send(guest.conversation, f"{company.mark} storms", secrets.token_hex(8))
                await peer.next("ack", within_s=PATIENCE_S)
                self.weather.messages += 1
                self._hold(peer, company)
                await asyncio.sleep(SPEAKS_S * chosen.random())
            self._hold(peer, company)

    def _hold(self, peer: Peer, company: Company) -> None:
        """Hold what was heard, and forget it: a storm is long."""
        for frame in peer.heard:
            hold(company, str(frame), some=frame["type"] == "event" and frame["kind"] == "message.posted.v1")
        self.weather.frames += len(peer.heard)
        peer.forget()


def check_storm(ours: Company, theirs: Company, port: int) -> int:
    """A small storm; answer how many statements it watched."""
    try:
        weather = Storm(companies=[ours, theirs], threads=2, sockets=4, statements=400, seed=1).run(port=port)
    finally:
        rest(ours, theirs)
    refuse([] if weather.is_clear else weather.as_dict(), "a storm shows")
    return weather.statements


def _arrive(company: Company, *, staff: bool) -> tuple[str, Guest]:
    """Come as a member, or as a visitor with a conversation of their own."""
    guest = company.guests[0] if staff else company.shop.welcome(text=f"{company.mark} comes")
    client = company.browser() if staff else company.anybody(**guest.headers)
    answer = client.post("/api/v1/live-tickets", {}, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return answer.json()["ticket"], guest
