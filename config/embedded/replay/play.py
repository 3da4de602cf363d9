"""Playing talks: each message waits for its ack, and nobody answers what they have not received."""

import asyncio
import time
from collections.abc import Iterator
from typing import Final

from config.embedded.replay.agent import Agent, Chair
from config.embedded.replay.book import Talk
from config.embedded.replay.live import Refused
from config.embedded.replay.pace import Pace
from config.embedded.replay.scene import Scene
from config.embedded.replay.seats import Seat
from config.embedded.replay.visitor import Visitor
from config.embedded.replay.web import Unexpected

TYPING_S: Final = 1.0  # who waits longer than this is shown as writing


class Stage:
    """All that is needed to play a book."""

    def __init__(self, *, scene: Scene, pace: Pace) -> None:
        """Nobody is there yet."""
        self._scene = scene
        self._pace = pace
        self.agents = [Agent(company=company, scene=scene) for company in scene.book.companies]

    async def play(self, *, at_once: int) -> None:
        """Play every talk, at most so many at once."""
        await asyncio.gather(*(agent.arrive() for agent in self.agents))
        self._scene.tally.started = time.monotonic()
        talks = iter(self._scene.book.talks)
        players = [
            asyncio.create_task(self._play_some(talks)) for _ in range(min(at_once, len(self._scene.book.talks)))
        ]
        try:
            await asyncio.gather(*players)
        finally:
            for player in players:
                player.cancel()
            await asyncio.gather(*players, return_exceptions=True)
        self._scene.tally.ended = time.monotonic()
        await asyncio.gather(*(agent.leave() for agent in self.agents))

    async def _play_some(self, talks: Iterator[Talk]) -> None:
        for talk in talks:
            visitor = Visitor(talk=talk, scene=self._scene)
            try:
                await self._play_one(talk, visitor)
            except (Refused, Unexpected) as error:
                self._scene.findings.add(kind="refused", key=talk.number, detail=f"dialogue {talk.name}: {error}")
            finally:
                await visitor.leave()

    async def _play_one(self, talk: Talk, visitor: Visitor) -> None:
        agent = self.agents[talk.company.number]
        await visitor.arrive()
        chair = await agent.take(talk)
        last = await self._speak(talk, visitor.seat, chair, agent)
        for seat in (visitor.seat, chair.seat):
            await seat.until(last)
            await seat.read()
        visitor.seat.finish()
        await agent.let_go(chair)

    async def _speak(self, talk: Talk, visitor: Seat, chair: Chair, agent: Agent) -> int:
        seats = {"customer": visitor, "agent": chair.seat}
        last, before = 1, None
        for message in talk.messages:
            seat = seats[message.side]
            await seat.until(last)
            if before is not None and before.side != message.side:
                await seat.read()
            await self._wait(seat, self._pace.pause(before=message, after=before))
            last = await seat.say(message)
            if message.side == "agent":
                await agent.add_note(chair)
            before = message
        await agent.add_note(chair)
        return last

    @staticmethod
    async def _wait(seat: Seat, pause: float) -> None:
        if pause > TYPING_S:
            await asyncio.sleep(pause - TYPING_S)
            await seat.type()
            pause = TYPING_S
        if pause:
            await asyncio.sleep(pause)
