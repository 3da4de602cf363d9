"""The terms of what people write, and of what is asked about it. Pure.

Words of scripts with spaces, without the endings that English gives them; of scripts without spaces every character and
every two that stand together. Two texts that say the same in a little other order or form share most of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from conversations.terms.text import SPACED, Piece, fold, pieces_of

LONGEST: Final = 64
MOST: Final = 10_000  # characters of a text that are looked at
_VOWEL: Final = re.compile(r"[aeiouy]")
_WORDLIKE: Final = re.compile(r"[a-z]{4,}")
_PLURAL: Final = re.compile(r"(ss|x|ch|sh|zz)es$")
_QUOTED: Final = re.compile(r'"([^"]+)"|“([^”]+)”|「([^」]+)」|«([^»]+)»')


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: its terms, each once, in order, and phrases, folded, that must be there as they stand."""

    terms: tuple[str, ...]
    phrases: tuple[str, ...] = ()


def grams_of(*, text: str) -> list[str]:
    """Answer the terms of a text, sorted, each once."""
    folded = fold(text=text[:MOST])
    return sorted({term for piece in pieces_of(folded=folded) for term, _, _ in terms_in(piece=piece)})


def ask(*, text: str) -> Asked:
    """Read what somebody looks for; what stands in quotation marks is a phrase."""
    folded = fold(text=text)
    terms = dict.fromkeys(term for piece in pieces_of(folded=folded) for term, _, _ in terms_in(piece=piece))
    phrases = (" ".join(next(filter(None, found.groups())).split()) for found in _QUOTED.finditer(folded))
    return Asked(tuple(terms), tuple(phrase for phrase in phrases if any(pieces_of(folded=phrase))))


def terms_in(*, piece: Piece) -> Iterator[tuple[str, int, int]]:
    """Answer each term of a piece, with where it begins and ends in the folded text."""
    text, start = piece.text, piece.start
    if not piece.spaceless:
        yield stem(word=text)[:LONGEST], start, start + len(text)
        return
    for at in range(len(text)):
        yield text[at], start + at, start + at + 1
        if at + 1 < len(text):
            yield text[at : at + 2], start + at, start + at + 2


def stem(*, word: str) -> str:
    """Answer an English word without its ending, so that order, orders, ordered and ordering are one; others as is."""
    if not _WORDLIKE.fullmatch(word):
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) >= len(ending) + 3 and _VOWEL.search(word[: -len(ending)]):
            word = _single(word[: -len(ending)])
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


def is_phrase_in(*, phrase: str, folded: str) -> bool:
    """Tell whether a folded text has a phrase, whatever stands between its words; of words with spaces whole ones."""
    return pattern_of(phrase=phrase).search(folded) is not None


def pattern_of(*, phrase: str) -> re.Pattern[str]:
    """Answer what finds a folded phrase in a folded text."""
    pieces = list(pieces_of(folded=phrase))
    begin = "" if pieces[0].spaceless else f"(?<!{SPACED})"
    end = "" if pieces[-1].spaceless else f"(?!{SPACED})"
    return re.compile(begin + r"[\W_]*".join(re.escape(piece.text) for piece in pieces) + end)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if _PLURAL.search(word):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def _single(word: str) -> str:
    """Take back the letter that was doubled for the ending: shipping, ship."""
    doubled = len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz"
    return word[:-1] if doubled else word
