"""How much may wait for the writer: a bound for each tenant, lower the more tenants fill theirs. No I/O, no clock.

Who finds no place waits in their tenant's line. Places are given out some at a time: of thousands who wait, each would
otherwise be woken for one. Nobody waits for another tenant's place: a few are always everybody's own.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

OWN: Final = 64  # places that a tenant has however many others there are
TURN: Final = 32  # places for whoever is next in line

Wake = Callable[[], None]
_Next = Callable[[], bool]  # answers whether whoever is woken comes in a moment


class Room:
    """Places for entries. Use from the event loop's thread only."""

    def __init__(self, *, most: int, most_of_tenant: int) -> None:
        """All places are free. `most` is shared out among those who hold any; each has at least its own few."""
        self._most = most
        self._most_of_tenant = most_of_tenant
        self._own = min(OWN, most, most_of_tenant)
        self._at_a_time = min(TURN, max(self._own // 2, 1))
        self._held: dict[str, int] = {}
        self._lines: dict[str, deque[_Next]] = {}
        self._turn = 0  # places that are left to whoever was just woken
        self._closed = False

    def __len__(self) -> int:
        """Count the places that are taken."""
        return sum(self._held.values())

    async def enter(self, *, schema: str) -> bool:
        """Take a place, waiting for one if need be; answer False, without a place, once it is closed."""
        while not self._closed and self._count(schema) >= self._limit():
            await self._wait(schema)
        return self._take(schema)

    def enter_now(self, *, schema: str) -> bool:
        """Take a place if one is free and it is this one's turn; else answer False."""
        if self._closed or not self.has_place(schema=schema):
            return False
        self._turn = max(self._turn - 1, 0)
        return self._take(schema)

    def has_place(self, *, schema: str) -> bool:
        """Tell whether enter_now is worth being tried: there is a place, or there will never be one again."""
        is_next = self._turn > 0 or schema not in self._lines
        return self._closed or (is_next and self._count(schema) < self._limit())

    def line_up(self, *, schema: str, wake: Wake) -> None:
        """Call `wake` when it is this one's turn to take some places at once; it must not raise."""

        def come_now() -> bool:
            wake()
            return False

        self._join(schema, come_now)

    def leave(self, *, schema: str) -> None:
        """Give a place back."""
        left = self._held.pop(schema) - 1
        if left:
            self._held[schema] = left
        if schema in self._lines:
            self._serve(schema)

    def close(self) -> None:
        """Let everybody go who waits, and nobody in."""
        self._closed = True
        lines, self._lines = self._lines, {}
        for line in lines.values():
            for come in line:
                come()

    def _count(self, schema: str) -> int:
        return self._held.get(schema, 0)

    def _limit(self) -> int:
        return max(min(self._most_of_tenant, self._most // max(len(self._held), 1)), self._own)

    def _take(self, schema: str) -> bool:
        if self._closed:
            return False
        self._held[schema] = self._count(schema) + 1
        return True

    def _serve(self, schema: str) -> None:
        """Wake those in line as long as there are places for a whole turn."""
        coming = 0
        while schema in self._lines and self._count(schema) + coming + self._at_a_time <= self._limit():
            come, self._turn = self._next(schema), self._at_a_time
            coming += come()
            self._turn = 0

    def _join(self, schema: str, come: _Next) -> None:
        self._lines.setdefault(schema, deque()).append(come)

    def _next(self, schema: str) -> _Next:
        line = self._lines[schema]
        come = line.popleft()
        if not line:
            del self._lines[schema]
        return come

    async def _wait(self, schema: str) -> None:
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def come_soon() -> bool:
            if waiting.done():
                return False
            waiting.set_result(None)
            return True

        self._join(schema, come_soon)
        try:
            await waiting
        except asyncio.CancelledError:
            self._leave_line(schema, come_soon)
            self._serve(schema)  # its turn may have come: then the next one's has, instead
            raise

    def _leave_line(self, schema: str, come: _Next) -> None:
        line = self._lines.get(schema, deque())
        if come in line:
            line.remove(come)
        if not line:
            self._lines.pop(schema, None)
