"""Signs of one session (somebody types, is in another state): the same one at most once a second.

They go to everybody who looks on: unbounded, one visitor could drown an agent's socket.
"""

from collections.abc import Callable
from typing import Final

EVERY_S: Final = 1.0
MOST_KEPT: Final = 500


class Signs:
    """When each sign of one session was last passed on."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        """`clock` answers seconds that never run back."""
        self._clock = clock
        self._passed: dict[str, float] = {}

    def may_pass(self, *, key: str) -> bool:
        """Tell whether a sign may pass now; then the next one like it may in a second."""
        now = self._clock()
        if now - self._passed.get(key, -EVERY_S) < EVERY_S:
            return False
        if len(self._passed) >= MOST_KEPT:
            self._passed.clear()
        self._passed[key] = now
        return True
