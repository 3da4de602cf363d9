"""Read marks on their way to the log: of those that come within a second, only the highest is written."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

COALESCE_S: Final = 1.0
Write = Callable[[UUID, int], Awaitable[None]]


class ReadMarks:
    """The first mark is written at once, what follows within a second as one mark at its end."""

    def __init__(self, *, write: Write) -> None:
        """`write` takes a conversation and a seq."""
        self._write = write
        self._waiting: dict[UUID, int] = {}
        self._written: dict[UUID, int] = {}
        self._timers: dict[UUID, asyncio.Task[None]] = {}

    def mark(self, *, conversation: UUID, seq: int) -> None:
        """Have read up to `seq`; a lower or equal mark than before says nothing new."""
        if seq <= max(self._waiting.get(conversation, 0), self._written.get(conversation, 0)):
            return
        self._waiting[conversation] = seq
        if conversation not in self._timers:
            self._timers[conversation] = asyncio.create_task(self._run(conversation))

    def mark_again(self, *, conversation: UUID, seq: int) -> None:
        """Hear that a mark could not be written: it waits anew, unless a higher one does."""
        if self._written.get(conversation) == seq:
            del self._written[conversation]
            self.mark(conversation=conversation, seq=seq)

    async def flush(self) -> None:
        """Write what waits."""
        for timer in self._timers.values():
            timer.cancel()
        await asyncio.gather(*self._timers.values(), return_exceptions=True)
        for conversation in list(self._waiting):
            await self._put(conversation)

    async def _run(self, conversation: UUID) -> None:
        while conversation in self._waiting:
            await self._put(conversation)
            await asyncio.sleep(COALESCE_S)
        self._timers.pop(conversation, None)

    async def _put(self, conversation: UUID) -> None:
        seq = self._waiting[conversation]
        await self._write(conversation, seq)
        self._written[conversation] = seq
        if self._waiting[conversation] == seq:
            del self._waiting[conversation]
