"""The writer: one a process, it takes what comes in on all sockets and has it appended. Admission is decided here.

It writes in several lanes side by side, so that the server says one commit while PostgreSQL works on another. All of a
tenant's events go through the lane that it was given when it first wrote: so their order is the order they came in, and
its plans are in one backend.
"""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from conversations.engine.company import Company
from conversations.engine.entry import Done, Entry
from conversations.engine.events import Draft
from conversations.engine.lane import Lane, Written
from conversations.engine.projections import Projection
from conversations.engine.room import Room
from conversations.engine.saying import Saying

LANES: Final = 2
MAX_WAITING: Final = 8_192
MAX_OF_TENANT: Final = 1_024
PATIENCE_S: Final = 10.0
STOP_S: Final = 5.0


class Writer:
    """Group commit for websockets. submit() from the event loop's thread only."""

    def __init__(
        self,
        *,
        dsn: str,
        role: str,
        written: Written,
        projections: Sequence[Projection] = (),
        patience_s: float = PATIENCE_S,
        lanes: int = LANES,
    ) -> None:
        """`written` is called after each COMMIT with a schema and what is now on its log, in position order."""
        self._patience_s = patience_s
        self._room = Room(most=MAX_WAITING, most_of_tenant=MAX_OF_TENANT)
        make = partial(Lane, dsn=dsn, role=role, saying=Saying(projections=projections), company=Company())
        self.lanes = [make(written=written, answered=self._leave) for _ in range(lanes)]
        self._lane_of: dict[str, Lane] = {}

    async def start(self) -> None:
        """Begin to write."""
        for lane in self.lanes:
            await lane.start()

    async def stop(self) -> None:
        """Write what is here (at most 5 s), then end; the rest, and what still comes, is answered `unavailable`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + STOP_S
        while len(self._room) and loop.time() < until:  # noqa: ASYNC110 # once, at the end
            await asyncio.sleep(0.01)
        self._room.close()
        await asyncio.gather(*(lane.end() for lane in self.lanes))

    async def submit(self, *, schema: str, draft: Draft, done: Done) -> None:
        """Queue a draft; waits while there is no room, which stops the reading of that client's socket.

        A tenant that cannot be written, or that sends more than can be, fills its own part of the room and no other.
        """
        if await self._room.enter(schema=schema):
            self._add(schema, draft, done)
        else:
            Entry(schema=schema, draft=draft, done=done, deadline=0.0).answer("unavailable")

    def has_room(self, *, schema: str) -> bool:
        """Tell whether `offer` is worth being tried for this tenant: without, nothing need even be decoded."""
        return self._room.has_place(schema=schema)

    def line_up(self, *, schema: str, wake: Callable[[], None]) -> None:
        """Call `wake` when it is this one's turn to offer a few drafts at once."""
        self._room.line_up(schema=schema, wake=wake)

    def offer(self, *, schema: str, draft: Draft, done: Done) -> bool:
        """Queue a draft if that needs no waiting; answer whether it was."""
        has_room = self._room.enter_now(schema=schema)
        if has_room:
            self._add(schema, draft, done)
        return has_room

    def lane_of(self, *, schema: str) -> Lane:
        """Answer a tenant's lane; who is new gets the next one's, in turn."""
        if schema not in self._lane_of:
            self._lane_of[schema] = self.lanes[len(self._lane_of) % len(self.lanes)]
        return self._lane_of[schema]

    def _add(self, schema: str, draft: Draft, done: Done) -> None:
        at = asyncio.get_running_loop().time() + self._patience_s
        self.lane_of(schema=schema).add(Entry(schema=schema, draft=draft, done=done, deadline=at))

    def _leave(self, schema: str) -> None:
        self._room.leave(schema=schema)
