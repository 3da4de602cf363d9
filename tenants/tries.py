"""Counting tries a minute in this process, so that guessing is slow. A first wall: it forgets at a restart."""

import time
from collections.abc import Callable
from typing import Final

from django.http import HttpRequest

from tenants.refusals import Refusal

WINDOW_S: Final = 60
MOST_KEYS: Final = 50_000


class TooManyTries(Refusal):
    """Too many tries; wait a minute."""

    code = "too_many_tries"
    status = 429
    wait = WINDOW_S


class Tries:
    """At most `limit` tries a minute and key."""

    def __init__(self, *, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; `clock` answers seconds that never go back."""
        self._limit = limit
        self._clock = clock
        self._spent: dict[tuple[str, int], int] = {}

    def refuse_spent(self, *, key: str) -> None:
        """Raise TooManyTries when none is left for the key."""
        if self._spent.get(self._slot(key), 0) >= self._limit:
            raise TooManyTries

    def spend(self, *, key: str) -> None:
        """Count one try."""
        slot = self._slot(key)
        if len(self._spent) >= MOST_KEYS:
            self._spent = {kept: count for kept, count in self._spent.items() if kept[1] == slot[1]}
        self._spent[slot] = self._spent.get(slot, 0) + 1

    def _slot(self, key: str) -> tuple[str, int]:
        return key, int(self._clock() / WINDOW_S)


def address_of(request: HttpRequest) -> str:
    """Answer where a request comes from, as the server in front tells it."""
    return str(request.META.get("REMOTE_ADDR", ""))
