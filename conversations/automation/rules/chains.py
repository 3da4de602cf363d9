"""Where what rules do sets off rules: who has been in a chain already is not asked again, and none goes on forever."""

from dataclasses import dataclass
from typing import Final, Literal

DEEPEST: Final = 8  # effects one because of another
OFTEN: Final = 10  # times that a rule did something about the same subject in WINDOW_S
WINDOW_S: Final = 600

Why = Literal["circle", "depth", "often"]


@dataclass(frozen=True, slots=True)
class Chain:
    """The keys of the rules because of which an event happened, the first one first."""

    rules: tuple[str, ...] = ()


def find_cut(*, chain: Chain, rule: str, lately: int) -> Why | None:
    """Answer why a rule must not follow; None where it may. `lately` is how often it did something here of late.

    Other readers of the log carry no chain on: what goes in a circle through them is found by how often it comes.
    """
    if rule in chain.rules:
        return "circle"
    if len(chain.rules) >= DEEPEST:
        return "depth"
    return "often" if lately >= OFTEN else None
