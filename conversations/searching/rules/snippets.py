"""What is shown of a text that was found: the piece where most of it is, and where in that it was found. Pure.

Places are counted in characters (Unicode code points), from 0, the end not included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from conversations.terms.grams import Asked, pattern_of, terms_in
from conversations.terms.text import SPACELESS, fold_with_places, pieces_of

LONGEST: Final = 160
_BEFORE: Final = 40  # characters before the first place


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text, and the places in it that answer the question."""

    text: str
    places: tuple[tuple[int, int], ...] = ()


def cut(*, text: str, asked: Asked, longest: int = LONGEST) -> Snippet:
    """Answer the piece of the text to show."""
    flat = " ".join(text.split())
    places = find_places(text=flat, asked=asked)
    start = _best(places, longest)
    start = max(0, min(start - _BEFORE, len(flat) - longest)) if len(flat) > longest else 0
    end = min(len(flat), start + longest)
    inside = tuple((max(a, start) - start, min(b, end) - start) for a, b in places if b > start and a < end)
    before, after = "…" if start else "", "…" if end < len(flat) else ""
    shift = len(before)
    return Snippet(f"{before}{flat[start:end]}{after}", tuple((a + shift, b + shift) for a, b in inside))


def find_places(*, text: str, asked: Asked) -> list[tuple[int, int]]:
    """Answer where the text has terms or phrases of the question, in order, those that touch as one.

    Of a script without spaces a single character is a place only where nothing longer was asked.
    """
    folded, origin = fold_with_places(text=text)
    wanted = _shown(asked)
    spans = [
        (start, end)
        for piece in pieces_of(folded=folded)
        for term, start, end in terms_in(piece=piece)
        if term in wanted
    ]
    for phrase in asked.phrases:
        spans += [found.span() for found in pattern_of(phrase=phrase).finditer(folded)]
    ends = [*origin, len(text)]
    return _joined(sorted((ends[start], _end(ends, end)) for start, end in spans))


def _end(ends: Sequence[int], end: int) -> int:
    """Answer the end in the text: of a sign that became several, the whole sign."""
    last = ends[end - 1]
    return next(place for place in ends[end:] if place > last)


def _shown(asked: Asked) -> set[str]:
    inside = {sign for term in asked.terms if len(term) > 1 for sign in term if SPACELESS.match(sign)}
    return {term for term in asked.terms if len(term) > 1 or term not in inside}


def _joined(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _best(places: Sequence[tuple[int, int]], longest: int) -> int:
    """Answer where the piece with the most begins."""
    reach = longest - _BEFORE
    covered = [(sum(b - a for a, b in places[n:] if b <= start + reach), -start) for n, (start, _) in enumerate(places)]
    return -max(covered)[1] if covered else 0
