"""How every text is read before it is cut into terms, so that whoever looks for it reads it the same way. Pure.

Full and half width, capitals and composed characters make no difference. A word is a run of letters and digits; where
a script writes no spaces it ends where that script ends.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SCRIPTS: Final = r"\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
SPACELESS: Final = re.compile(f"[{_SCRIPTS}]")
WORD: Final = re.compile(r"[^\W_]+")
SPACED: Final = f"(?![{_SCRIPTS}])[^\\W_]"  # a letter or digit of a script with spaces
_PIECE: Final = re.compile(f"([{_SCRIPTS}]+)|((?:{SPACED})+)")


@dataclass(frozen=True, slots=True)
class Piece:
    """A word of one script, or a run of a script without spaces, and where it begins in the folded text."""

    text: str
    start: int
    spaceless: bool


def fold(*, text: str) -> str:
    """Answer the text without what makes no difference."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def pieces_of(*, folded: str) -> Iterator[Piece]:
    """Answer the pieces of a folded text, in order."""
    for match in _PIECE.finditer(folded):
        yield Piece(match[0], match.start(), match[1] is not None)


def fold_with_places(*, text: str) -> tuple[str, list[int]]:
    """Answer the text folded sign by sign, and for each sign of that the place in `text` it came from.

    A sign that is written as several (a letter and its accent) is taken as one.
    """
    parts: list[str] = []
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        part = unicodedata.normalize("NFKC", text[at:end]).casefold()
        parts.append(part)
        places += [at] * len(part)
        at = end
    return "".join(parts), places
