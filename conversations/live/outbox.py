"""What waits to go out on one socket: bounded. Who does not read is told once and closed; others do not notice."""

import asyncio
from collections import deque
from typing import Final

from conversations.live.wire import SendTexts

WRITE_BYTES: Final = 65_536
MOST_BYTES: Final = 1_048_576
EASY_BYTES: Final = 262_144


def _size(text: str) -> int:
    """Answer the bytes of a text as it is sent; most are ASCII and need no encoding to know."""
    return len(text) if text.isascii() else len(text.encode())


class Outbox:
    """Texts in order, and at the end perhaps a close code. push() never waits; room() does."""

    def __init__(self) -> None:
        """Start empty and open. `ending` is set once nothing more will be taken."""
        self._texts: deque[str] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._eased = asyncio.Event()
        self._eased.set()
        self._close: int | None = None
        self.overflow = asyncio.Event()
        self.ending = asyncio.Event()

    def push(self, text: str) -> None:
        """Queue a text. Past 1 MiB nothing more is taken and `overflow` says so."""
        if self._close is not None or self.overflow.is_set():
            return
        self._bytes += _size(text)
        if self._bytes > MOST_BYTES:
            self.overflow.set()
            self.ending.set()
            self._texts.clear()
        else:
            self._texts.append(text)
        if self._bytes > EASY_BYTES:
            self._eased.clear()
        self._wake.set()

    async def room(self) -> None:
        """Wait until little is queued: replay uses it, so that a long history never overflows."""
        while not self._eased.is_set():  # of those that wake up together, the first may fill it again
            await self._eased.wait()

    def close(self, code: int) -> None:
        """Send what is queued, then close with `code`; the first code stays."""
        if self._close is None:
            self._close = code
            self.ending.set()
            self._eased.set()
            self._wake.set()

    async def run(self, send: SendTexts) -> int:
        """Send until closed; answer the close code. A peer that takes nothing is waited for by `send`."""
        while True:
            while self._texts:
                texts, size = self._take()
                await send(texts)
                self._bytes -= size
                if self._bytes <= EASY_BYTES:
                    self._eased.set()
            if self._close is not None:
                return self._close
            self._wake.clear()
            await self._wake.wait()

    def _take(self) -> tuple[list[str], int]:
        """Take out what goes in one write: what is there, but not so much that a slow peer holds more than its due."""
        texts, size = [], 0
        while self._texts and size < WRITE_BYTES:
            text = self._texts.popleft()
            texts.append(text)
            size += _size(text)
        return texts, size
