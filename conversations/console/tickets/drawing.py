"""A picture of groups as bars that are stacked: measures alone, which the template draws as SVG. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 600
BAR: Final = 22
GAP: Final = 10
MOST: Final = 40  # groups; the table has them all
_PARTS: Final = ("kept", "late", "broken")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar, in pixels."""

    kind: str
    x: int
    width: int
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A group's bar: where it begins, its name and its pieces."""

    y: int
    name: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """All bars, and how large the picture is."""

    width: int
    height: int
    bars: tuple[Bar, ...]


def draw(*, groups: Sequence[tuple[str, int, int, int]]) -> Drawing | None:
    """Answer the picture of groups (name, kept, late, broken); None where there is nothing to be seen."""
    seen = groups[:MOST]
    most = max((sum(counts) for _, *counts in seen), default=0)
    if not most:
        return None
    step = BAR + GAP + 16  # a line of text above each bar
    bars = tuple(Bar(n * step, name, _stack(counts, most)) for n, (name, *counts) in enumerate(seen))
    return Drawing(WIDTH, len(bars) * step, bars)


def _stack(counts: Sequence[int], most: int) -> tuple[Part, ...]:
    parts, x = [], 0
    for kind, number in zip(_PARTS, counts, strict=True):
        width = round(number * WIDTH / most)
        if number:
            parts.append(Part(kind, x, max(width, 2), number))
        x += width
    return tuple(parts)
