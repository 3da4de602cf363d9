"""By which of its terms a question is looked up, and what fits it best. Pure.

The rarest terms say the most, and few texts have them: those are the candidates. What all terms together say of each
candidate orders them. However common the words are, no more than CANDIDATES are looked at by each way.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

CANDIDATES: Final = 1000
MOST_TERMS: Final = 24  # of a question
TOGETHER: Final = 6  # terms that are looked for all at once
LEAST: Final = 0.1  # of what a question says, that a text must have
_UNKNOWN: Final = 0.2  # a term that is not among the common ones, of the rarest of those
_SLACK: Final = 1.5
_PAIR: Final = 2
_LENGTH: Final = 0.005  # measured on real dialogues; twice or half as much makes little difference


@dataclass(frozen=True, slots=True)
class Statistics:
    """What is known of the index: how many texts there are, which part of them has a common term, and the least part.

    `until` is the position of the newest text that counts, `positions` how many positions there are to a text.
    """

    texts: int
    common: Mapping[str, float]
    least: float
    until: int
    positions: float

    def part(self, term: str) -> float:
        """Answer which part of the texts has a term, as far as that is known."""
        return self.common.get(term, self.least * _UNKNOWN)


@dataclass(frozen=True, slots=True)
class Way:
    """One way to candidates: texts after the position `after` that have all of these terms, or any of them."""

    terms: tuple[str, ...]
    together: bool
    after: int

    @property
    def cut(self) -> bool:
        """Tell whether older texts are not looked at."""
        return self.after > 0


def order(*, terms: Sequence[str], known: Statistics) -> list[str]:
    """Answer the terms that count, the rarest first; of those that are alike the longer."""
    return sorted(terms, key=lambda term: (known.part(term), -len(term), term))[:MOST_TERMS]


def find_ways(*, terms: Sequence[str], needed: Sequence[str], known: Statistics) -> list[Way]:
    """Answer how candidates are found; `terms` as `order` answers them, `needed`: those that must be there."""
    if needed:
        return [_together(_apart(order(terms=needed, known=known)), known)]
    ways, apart = [_any(terms, known)], _apart(terms)
    if len(apart) > 1 and (ways[0].cut or len(ways[0].terms) < len(terms)):
        ways.append(_together(apart, known))
    return ways


def weigh(*, terms: Sequence[str], counted: Mapping[str, int], known: Statistics) -> list[float]:
    """Answer what each term says, so that all of them together say 1; `counted` are those that were counted."""
    texts = max(known.texts, 1)
    says = [_rarity(counted.get(term, known.part(term) * texts), texts) for term in terms]
    total = sum(says)
    return [one / total for one in says]


def score(*, mask: int, weights: Sequence[float]) -> float:
    """Answer which part of what the question says a text has; bit n of `mask`: it has the term n."""
    return sum(weight for n, weight in enumerate(weights) if mask >> n & 1)


def fit(*, score: float, size: int) -> float:
    """Answer how well a text of so many terms fits: of two that say as much of it the shorter says it better."""
    return score / (1 + size * _LENGTH)


def _any(terms: Sequence[str], known: Statistics) -> Way:
    chosen, part = list(terms[:1]), known.part(terms[0])
    for term in terms[1:]:
        if (part + known.part(term)) * known.texts > CANDIDATES:
            break
        chosen.append(term)
        part += known.part(term)
    return Way(tuple(chosen), False, _after(part, known))


def _apart(terms: Sequence[str]) -> list[str]:
    """Answer the rarest without those that stand in one of them: whatever has the pair has both its characters.

    Said besides they would cost, and whoever estimates how many texts have all of them would be far off.
    """
    chosen: list[str] = []
    for term in terms:
        if len(chosen) < TOGETHER and not any(term in one for one in chosen if len(term) < len(one) <= _PAIR):
            chosen.append(term)
    return chosen


def _together(terms: Sequence[str], known: Statistics) -> Way:
    """Words that stand together are no accident: each further one halves less than it would alone."""
    part = math.prod(known.part(term) ** (0.5**n) for n, term in enumerate(terms))
    return Way(tuple(terms), True, _after(part, known))


def _after(part: float, known: Statistics) -> int:
    """Answer after which position to look, so that there are about as many as are wanted."""
    if part * known.texts <= CANDIDATES:
        return 0
    return max(int(known.until - _SLACK * CANDIDATES / part * known.positions), 0)


def _rarity(texts_with: float, texts: int) -> float:
    return math.log(1 + (texts - min(texts_with, texts) + 0.5) / (texts_with + 0.5))
