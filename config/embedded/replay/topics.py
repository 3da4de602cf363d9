"""One topic as one side receives it live: how far it is, and who waits for it to get further. No I/O."""

import asyncio
from typing import Any


class View:
    """Numbers arrive densely (`seq` of a conversation), or only rising (`position` of the desk)."""

    __slots__ = ("_head", "_waiting", "from_now", "last", "name")

    def __init__(self, *, name: str, from_now: bool = False) -> None:
        """Nothing has arrived. `from_now`: nothing that has happened already is wanted."""
        self.name = name
        self.from_now = from_now
        self.last = 0
        self._head: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []

    def begin(self, head: int) -> None:
        """Be subscribed to a topic whose last number is `head`."""
        if not self._head.done():
            self._head.set_result(head)

    async def get_head(self) -> int:
        """Answer how far the topic was when it was subscribed to first; raise what fail() was told."""
        return await asyncio.shield(self._head)

    def reach(self, number: int) -> None:
        """Have received everything up to `number`."""
        self.last = max(self.last, number)
        if self._waiting:
            left = []
            for wanted, future in self._waiting:
                if wanted > self.last:
                    left.append((wanted, future))
                elif not future.done():
                    future.set_result(None)
            self._waiting = left

    @property
    def after(self) -> int | None:
        """What to subscribe after."""
        return None if self.from_now and not self.last else self.last

    async def until(self, number: int) -> None:
        """Wait until `number` has arrived."""
        if self.last < number:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append((number, future))
            await future

    def fail(self, error: Exception) -> None:
        """Tell those who wait that nothing more will come."""
        _fail(self._head, error)
        for _, future in self._waiting:
            _fail(future, error)
        self._waiting = []


def _fail(future: "asyncio.Future[Any]", error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
        future.exception()  # nobody need be waiting
