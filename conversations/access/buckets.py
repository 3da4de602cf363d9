"""Token buckets: how much may be asked now. Pure but for what they remember, which is this process's alone.

So with several processes each lets through as much; that is enough to keep one program from drowning the others.
"""

import math
from dataclasses import dataclass
from typing import Final

MINUTE_S: Final = 60.0
MOST_KEPT: Final = 50_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a limit: whole requests, seconds until all of it is back, and until the next one is."""

    limit: int
    remaining: int
    reset_s: int
    wait_s: int


class Buckets:
    """One bucket a name. Each holds `limit` requests and fills up again in a minute."""

    def __init__(self) -> None:
        """Begin with full ones."""
        self._kept: dict[str, tuple[float, float]] = {}  # requests left, at which moment

    def look(self, *, name: str, limit: int, at: float) -> Allowance:
        """Answer what is left at the moment `at` (of any steady clock, in seconds)."""
        return _allowance(self._left(name, limit, at), limit)

    def take(self, *, name: str, limit: int, at: float) -> Allowance:
        """Take one request out; answer what is left then."""
        left = max(self._left(name, limit, at) - 1, 0.0)
        if len(self._kept) >= MOST_KEPT:
            self._kept = {kept: was for kept, was in self._kept.items() if was[1] > at - MINUTE_S}
        self._kept[name] = (left, at)
        return _allowance(left, limit)

    def _left(self, name: str, limit: int, at: float) -> float:
        left, since = self._kept.get(name, (float(limit), at))
        return min(left + (at - since) * limit / MINUTE_S, float(limit))


def _allowance(left: float, limit: int) -> Allowance:
    each_s = MINUTE_S / limit
    wait_s = 0 if left >= 1 else math.ceil((1 - left) * each_s)
    return Allowance(limit, int(left), math.ceil((limit - left) * each_s), wait_s)
