"""The words by which somebody is found whose name is being typed. Pure.

A word is found by its beginning. Chinese has no spaces between words, and of a phone number people know the last
digits: of those every end is a word, so that any part is the beginning of one.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from conversations.terms.text import SPACELESS, WORD, fold

MOST: Final = 400
LONGEST: Final = 64
SPAN: Final = 24  # characters of a text without spaces of which every end is a word
DIGITS: Final = 4  # the least of a phone number that is looked for
_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ().-]+")
_SPECIAL: Final = re.compile(r"(['\\])")


def terms_of(
    *, name: str, identities: Iterable[tuple[str, str]] = (), attributes: Mapping[str, Any] | None = None
) -> list[str]:
    """Answer the words by which somebody is found, sorted; identities are (kind, value)."""
    found = set(_terms(name))
    for kind, value in identities:
        found.update(_ends(_only_digits(value), DIGITS) if kind == "phone" else {fold(text=value), *_terms(value)})
    for value in (attributes or {}).values():
        for text in value if isinstance(value, list) else [value]:
            found.update(() if isinstance(text, bool) else _terms(str(text)))
    return sorted({word[:LONGEST] for word in found if word})[:MOST]


def query_of(*, text: str) -> str | None:
    """Answer what is looked for as PostgreSQL reads it: every word, by its beginning; None where there is none."""
    words = _digits(text) or [word for part in text.split() for word in _sought(part)]
    quoted = (_SPECIAL.sub(r"\1\1", word[:LONGEST]) for word in words)
    return " & ".join(f"'{word}':*" for word in quoted) or None


def _sought(part: str) -> list[str]:
    return [fold(text=part)] if "@" in part.strip("@") else WORD.findall(fold(text=part))


def _digits(text: str) -> list[str]:
    """Answer a phone number, however it is written, as one word."""
    digits = _only_digits(text)
    return [digits] if len(digits) >= DIGITS and _NUMBER.fullmatch(text.strip()) else []


def _only_digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _terms(text: str) -> Iterator[str]:
    yield from _digits(text)
    for word in WORD.findall(fold(text=text)):
        yield word
        if SPACELESS.search(word):
            yield from _ends(word[:SPAN], 1)


def _ends(word: str, shortest: int) -> set[str]:
    return {word[at:] for at in range(max(1, len(word) - shortest + 1))}
