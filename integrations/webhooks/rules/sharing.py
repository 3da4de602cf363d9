"""How many requests an endpoint and a tenant may have under way. Pure: no I/O, no clock.

An endpoint that fails has few at a time, however much waits for it: whoever hangs holds little up.
"""

from collections.abc import Sequence
from typing import Final, TypeVar

from integrations.webhooks.rules.attempts import PATIENCE

AT_ONCE: Final = 64  # in one process
OF_TENANT: Final = 32
OF_ENDPOINT: Final = 8
OF_SLOW: Final = 4
SLOW_MS: Final = 3_000.0
OF_FAILING: Final = 2
OF_RESTED: Final = 1  # of one that comes back from a rest: it is tried before it is believed
OF_ALL_FAILING: Final = 24  # of those together
RUN: Final = 8  # deliveries that one request after another tells an endpoint that is well and fast
RUN_MS: Final = 400.0  # what a run should take at most

K = TypeVar("K")


def room_of(*, failures: int, ms: float, under_way: int, failing_under_way: int) -> int:
    """Answer how many more an endpoint may have whose last request took so long.

    `failing_under_way` counts those of all failing ones together.
    """
    if failures == 0:
        return max((OF_ENDPOINT if ms < SLOW_MS else OF_SLOW) - under_way, 0)
    most = OF_RESTED if failures >= PATIENCE else OF_FAILING
    return max(min(most - under_way, OF_ALL_FAILING - failing_under_way), 0)


def run_of(*, failures: int, ms: float) -> int:
    """Answer how many deliveries are taken for each request under way, where the last one took so long."""
    return 1 if failures else max(1, min(RUN, int(RUN_MS / max(ms, 1.0))))


def deal(*, jobs: Sequence[K], hands: int) -> list[list[K]]:
    """Deal jobs out into at most so many runs, evenly and in turn, so that the first of them come first."""
    return [list(jobs[n::hands]) for n in range(min(hands, len(jobs)))]


def share(*, rooms: Sequence[tuple[K, int]], budget: int) -> dict[K, int]:
    """Share a budget out, one to each in turn while they have room; who gets none is not in the answer."""
    shares: dict[K, int] = {}
    while budget > 0:
        hungry = [key for key, room in rooms if shares.get(key, 0) < room][:budget]
        if not hungry:
            break
        for key in hungry:
            shares[key] = shares.get(key, 0) + 1
        budget -= len(hungry)
    return shares
