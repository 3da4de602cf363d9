"""How many are served at once by one process: of all, and of one host. Pure: who is turned away is told by the caller.

Beyond what can be served in time, serving more serves nobody: whoever asks is refused at the door, before anything is
read or looked up, and told when to come again.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

SOONEST_S: Final = 1
LATEST_S: Final = 5


class Door:
    """Counts those inside. One host never fills more than half, so that others find room."""

    def __init__(self, *, most: int) -> None:
        """Nobody is inside."""
        self._most = most
        self._inside: dict[str, int] = {}
        self._total = 0

    @contextmanager
    def enter(self, host: str) -> Iterator[bool]:
        """Be inside for as long as the block takes, and say whether that is so."""
        inside = self._inside.get(host, 0)
        if self._total >= self._most or inside >= self._most // 2:
            yield False
            return
        self._inside[host] = inside + 1
        self._total += 1
        try:
            yield True
        finally:
            self._total -= 1
            self._inside[host] -= 1
            if not self._inside[host]:
                del self._inside[host]


def come_again_s() -> int:
    """Answer after how many seconds whoever is turned away may try again: they must not all come at once."""
    return random.randint(SOONEST_S, LATEST_S)  # noqa: S311 - spreads tries, keeps no secret
