"""How long a client goes on without its server: pauses that grow, and an end."""

import asyncio
import random
import time
from typing import Final

from config.embedded.obstacles import Obstacle

FIRST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
END_S: Final = 120.0


class Patience:
    """One client's: lost by failing for two minutes unless told otherwise, restored by any success."""

    def __init__(self, *, where: str, end_s: float = END_S) -> None:
        """`where` is named when patience is lost."""
        self._where = where
        self._end_s = end_s
        self._pause = FIRST_PAUSE_S
        self._since: float | None = None

    def restore(self) -> None:
        """It works again."""
        self._pause = FIRST_PAUSE_S
        self._since = None

    async def wait(self, *, why: str, at_least: float = 0.0) -> None:
        """Pause before the next try; raise Obstacle when patience is lost."""
        now = time.monotonic()
        self._since = self._since or now
        if now - self._since > self._end_s:
            raise Obstacle(f"{self._where} does not answer for {self._end_s:.0f} s ({why}): is it running?")
        pause = max(self._pause * random.uniform(0.5, 1.0), at_least)  # noqa: S311 - spreads tries, keeps no secret
        self._pause = min(self._pause * 2, LONGEST_PAUSE_S)
        await asyncio.sleep(pause)
