"""Which fault comes when, by seed. Pure: what a fault does is in `faults`."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Final

# Of every block of faults these many are of each kind, in an order that the seed chooses.
BLOCK: Final[Mapping[str, int]] = {
    "kill server": 5,
    "kill worker": 3,
    "kill backend": 3,
    "kill postmaster": 1,
    "kill everything": 1,
    "kill redis": 1,
    "flush redis": 1,
    "stop server": 1,
    "stop worker": 1,
    "stop backend": 1,
    "rolling restart": 1,
    "full disk": 1,
    "clock jump": 1,
    "clients: reset": 1,
    "clients: shut": 1,
    "clients: delay": 1,
    "clients: trickle": 1,
    "clients: half-open": 1,
    "clients: acks cut": 1,
    "database: reset": 1,
    "database: shut": 1,
    "database: delay": 1,
    "database: trickle": 1,
    "database: half-open": 1,
    "redis: reset": 1,
    "redis: shut": 1,
    "redis: delay": 1,
    "redis: half-open": 1,
}
NONE: Final[frozenset[str]] = frozenset()
KILLS: Final = frozenset(kind for kind in BLOCK if kind.startswith("kill "))


@dataclass(frozen=True, slots=True)
class Planned:
    """A fault, `at` seconds after the start; `seed` decides its details."""

    at: float
    kind: str
    seed: int


def plan(
    *, seed: int, seconds: float, every_s: float, without: frozenset[str] = NONE, only: frozenset[str] = NONE
) -> list[Planned]:
    """Answer the faults of a run: of `only` these kinds, if any are named, and never of those `without`."""
    rng = Random(seed)
    planned: list[Planned] = []
    block: list[str] = []
    at = every_s * rng.uniform(0.5, 1.0)
    while at < seconds:
        if not block:
            kinds = {kind: BLOCK.get(kind, 1) for kind in sorted(only or BLOCK) if kind not in without}
            block = [kind for kind, times in kinds.items() for _ in range(times)]
            rng.shuffle(block)
        planned.append(Planned(at, block.pop(), rng.getrandbits(32)))
        at += every_s * rng.uniform(0.5, 1.5)
    return planned
