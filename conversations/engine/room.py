"""How much may wait for the writer: a bound for all and one for each tenant. Who finds no room waits in a line.

One place that becomes free wakes one who waits, not all of them: of thousands, each would look and lie down again.
"""

import asyncio
from collections import Counter, deque


class Room:
    """Places for entries. Use from the event loop's thread only."""

    def __init__(self, *, most: int, most_of_tenant: int) -> None:
        """All places are free."""
        self._most = most
        self._most_of_tenant = most_of_tenant
        self._held: Counter[str] = Counter()
        self._total = 0
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}
        self._closed = False

    def __len__(self) -> int:
        """Count the places that are taken."""
        return self._total

    async def enter(self, *, schema: str) -> bool:
        """Take a place, waiting for one if need be; answer False, without a place, once it is closed."""
        while not self._closed and not self._has_place(schema):
            await self._wait(schema)
        return self._take(schema)

    def enter_now(self, *, schema: str) -> bool:
        """Take a place if one is free and nobody of this tenant waits for it; else answer False."""
        return schema not in self._lines and self._has_place(schema) and self._take(schema)

    def _take(self, schema: str) -> bool:
        if self._closed:
            return False
        self._held[schema] += 1
        self._total += 1
        return True

    def leave(self, *, schema: str) -> None:
        """Give a place back."""
        self._total -= 1
        self._held[schema] -= 1
        if not self._held[schema]:
            del self._held[schema]
        self._wake_next(schema)

    def close(self) -> None:
        """Let everybody go who waits, and nobody in."""
        self._closed = True
        for line in self._lines.values():
            for waiting in line:
                if not waiting.done():
                    waiting.set_result(None)

    def _has_place(self, schema: str) -> bool:
        return self._total < self._most and self._held[schema] < self._most_of_tenant

    async def _wait(self, schema: str) -> None:
        line = self._lines.setdefault(schema, deque())
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(waiting)
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self._wake_next(schema)  # its turn had come: the next one's has, instead
            raise
        finally:
            if waiting in line:
                line.remove(waiting)
            if not line and self._lines.get(schema) is line:
                del self._lines[schema]

    def _wake_next(self, schema: str) -> None:
        """Wake the first of this tenant's line, else of any line that there is a place for."""
        for other in (schema, *self._lines):
            if self._has_place(other):
                for waiting in self._lines.get(other, ()):
                    if not waiting.done():
                        waiting.set_result(None)
                        return
