"""How long somebody who waits may still have to wait."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

FEWEST: Final = 3  # of fewer nobody can tell how fast a queue moves
LONGEST_S: Final = 4 * 3600


def estimate_wait(*, place: int, handed: Sequence[datetime], now: datetime) -> int | None:
    """Answer about how many seconds until the one at `place` (from 1) is handed out; None if nobody can tell.

    `handed` is when the last ones were handed out, the latest first. As many come before one as its place says, and
    they go as fast as the last ones went: counted to now, so that a queue that stands still is seen to.
    """
    if len(handed) < FEWEST:
        return None
    each = max((now - handed[-1]).total_seconds(), 0.0) / len(handed)
    return min(round(each * place), LONGEST_S)
