"""By which words a contact is found, and what somebody who looks for one may write."""

from typing import Final

import pytest

from conversations.terms.beginnings import LONGEST, MOST, query_of, terms_of

LEI: Final = terms_of(
    name="Lei WANG 王小磊",
    identities=[("email", "lei.wang@shop.example"), ("phone", "+8613800138000"), ("wechat", "Lei_W")],
    attributes={"plan": "Gold", "pets": ["cat", "狗"], "is_vip": True, "born_on": "2000-01-31", "visits": 17},
)


def found(text: str) -> bool:
    """Tell whether every word that is looked for begins one of the words."""
    query = query_of(text=text)
    assert query is not None
    words = [part.removeprefix("'").removesuffix("':*").replace("''", "'") for part in query.split(" & ")]
    return all(any(term.startswith(word) for term in LEI) for word in words)


WORDS: Final = [
    "lei",
    "WANG",
    "wang lei",
    "王",
    "小磊",
    "磊",
    "lei.wang@shop.example",
    "lei.wang@sh",
    "lei_w",
    "ｌｅｉ",
]
OTHERS: Final = ["8000", "138 0013", "+86 138-0013-8000", "0013 8", "gold", "cat", "狗", "2000-01-31", "17"]


@pytest.mark.parametrize("text", [*WORDS, *OTHERS])
def test_what_finds_them(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", ["ei", "wangl", "王磊", "lei max", "max@shop.example", "8001 8000", "1380", "true"])
def test_what_does_not(text: str) -> None:
    assert found(text) is (text == "1380"), "of a number every part is found, of a word its beginning"


@pytest.mark.parametrize("text", ["", "  ", "!?", "---", "'", "&|!():*"])
def test_where_there_is_no_word(text: str) -> None:
    assert query_of(text=text) is None


def test_nothing_that_is_written_is_an_operator() -> None:
    assert query_of(text="a & !b | (c)") == "'a':* & 'b':* & 'c':*"
    assert query_of(text="o'neil@x.example") == "'o''neil@x.example':*"
    assert query_of(text="a\\@b") == "'a\\\\@b':*"


def test_there_is_an_end() -> None:
    many = terms_of(name=" ".join(f"word{number}" for number in range(2 * MOST)) + " " + "x" * 2 * LONGEST)
    assert len(many) == MOST
    assert max(map(len, terms_of(name="x" * 2 * LONGEST))) == LONGEST
