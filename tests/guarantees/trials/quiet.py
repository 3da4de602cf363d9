"""Somebody who says little and notices every delay: messages at a steady pace, each timed from sending to ack."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from conversations.live.tickets import issue_pass, sign_ticket
from tests.peer import Frame, Peer
from tests.shop import Guest, Shop

EVERY_S: Final = 0.05
LATE_S: Final = 15.0


class Quiet:
    """A visitor's socket. `latencies` are seconds; `errors` are codes, and `silent` for what was never answered."""

    def __init__(self, *, port: int, shop: Shop, guest: Guest, name: str) -> None:
        """Be nowhere yet."""
        self.latencies: list[float] = []
        self.errors: list[str] = []
        self._peer = Peer(port=port, tenant=shop.tenant)
        self._shop, self._guest, self._name = shop, guest, name
        self._number = 0

    async def arrive(self) -> None:
        """Connect."""
        await self._peer.__aenter__()
        ticket = sign_ticket(pass_=issue_pass(tenant=self._shop.tenant, actor=self._guest.actor, origin=""))
        await self._peer.hello(ticket=ticket)

    async def leave(self) -> None:
        """Go."""
        await self._peer.__aexit__()

    async def talk(self, *, seconds: float) -> list[float]:
        """Say something every 50 ms, whatever the answers do; answer how long each ack took."""
        first = len(self.latencies)
        end = time.monotonic() + seconds
        saying: list[asyncio.Task[None]] = []
        while time.monotonic() < end:
            saying.append(asyncio.create_task(self.say()))
            await asyncio.sleep(EVERY_S)
        await asyncio.gather(*saying)
        return self.latencies[first:]

    async def say(self) -> None:
        """Say one thing and time it."""
        self._number += 1
        id_ = f"{self._name}-{self._number}"
        began = time.perf_counter()
        await self._peer.send(self._guest.conversation, "hello?", id_)
        try:
            answer = await self._answer(id_)
        except (TimeoutError, AssertionError):
            self.errors.append("silent")
            return
        if answer["type"] == "ack":
            self.latencies.append(time.perf_counter() - began)
        else:
            self.errors.append(str(answer["code"]))

    async def _answer(self, id_: str) -> Frame:
        waiting = [asyncio.create_task(self._peer.next(type_, within_s=LATE_S, id=id_)) for type_ in ("ack", "error")]
        done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
        return next(iter(done)).result()


async def talk_all(*, quiet: Sequence[Quiet], seconds: float) -> list[float]:
    """Let all talk at once; answer all latencies, sorted."""
    found = await asyncio.gather(*(one.talk(seconds=seconds) for one in quiet))
    return sorted(value for values in found for value in values)
