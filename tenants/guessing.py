"""What a guess at a secret costs whoever guesses: passwords, codes, links. One for each kind of secret.

A stranger elsewhere must not shut an account's owner out: what slows is counted by account and network together. Only
guesses from everywhere together close an account, and not to those who opened it before from where they are.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from tenants.tries import Slowing, TooManyTries, Tries

QUARTER_S: Final = 900.0
KNOWN_S: Final = 30 * 86_400.0


class Guesses:
    """Counts before the secret is looked at, so that of many guesses at once none slips by."""

    def __init__(
        self,
        *,
        name: str,
        free: int = 5,
        from_one_place: int = 100,
        for_one_account: int = 50,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`free` guesses at an account from one network cost no wait; the others are limits a quarter of an hour."""
        self._pairs = Slowing(name=f"{name}: account from place", after=free, clock=clock)
        self._places = Slowing(
            name=f"{name}: place", after=from_one_place, kept_s=QUARTER_S, renewed=False, clock=clock
        )
        self._accounts = Tries(name=f"{name}: account", limit=for_one_account, window_s=QUARTER_S, clock=clock)
        self._known = Tries(name=f"{name}: known", limit=1, window_s=KNOWN_S, clock=clock)

    def enter(self, *, place: str, account: str) -> None:
        """Count a guess at an account's secret from a network, before it is looked at; raise TooManyTries."""
        pair = f"{place} {account}"
        self._places.refuse_spent(key=place)
        self._pairs.spend(key=pair)  # what is refused here is none for the place: a colleague's program may hammer
        self._places.spend(key=place)
        try:
            self._accounts.spend(key=account)
        except TooManyTries:
            if not self._is_known(pair):
                raise

    def succeeded(self, *, place: str, account: str) -> None:
        """It was no guess: let the account begin anew from here, and count nothing against the others."""
        pair = f"{place} {account}"
        self._pairs.forget(key=pair)
        self._places.give_back(key=place)
        self._accounts.give_back(key=account)
        with suppress(TooManyTries):
            self._known.spend(key=pair)

    def _is_known(self, pair: str) -> bool:
        try:
            self._known.refuse_spent(key=pair)
        except TooManyTries:
            return True
        return False
