"""What search decides without a database: how candidates are looked for, what they are worth, what is shown of them."""

from typing import Final

import pytest

from conversations.searching.rules.ranking import CANDIDATES, Statistics, find_ways, fit, order, score, weigh
from conversations.searching.rules.snippets import LONGEST, cut, find_places
from conversations.terms.grams import ask

MANY: Final = Statistics(
    texts=1_000_000, common={"的": 0.4, "hello": 0.3, "parcel": 0.01}, least=0.001, until=2_000_000, positions=2.0
)
FEW: Final = Statistics(texts=10, common={}, least=0.02, until=10, positions=1.0)


def test_the_rarest_are_looked_for_until_there_are_enough() -> None:
    terms = order(terms=["的", "hello", "发票", "parcel", "zzz"], known=MANY)
    assert terms == ["zzz", "发票", "parcel", "hello", "的"]
    first, together = find_ways(terms=terms, needed=[], known=MANY)
    assert (first.terms, first.together, first.cut) == (("zzz", "发票"), False, False)
    assert together.terms == ("zzz", "发票", "parcel", "hello", "的")
    assert together.together


def test_a_pair_is_not_looked_for_with_its_characters() -> None:
    common = {"发票": 0.1, "发": 0.2, "票": 0.2, "hello": 0.3}
    known = Statistics(texts=1_000_000, common=common, least=0.001, until=1_000_000, positions=1.0)
    first, together = find_ways(terms=["发票", "发", "票", "hello"], needed=[], known=known)
    assert (first.terms, together.terms) == (("发票",), ("发票", "hello"))
    assert len(find_ways(terms=["发票", "发", "票"], needed=[], known=known)) == 1


def test_of_a_common_word_the_newest_are_looked_at() -> None:
    (way,) = find_ways(terms=["的"], needed=[], known=MANY)
    assert way.cut
    assert (MANY.until - way.after) / MANY.positions * 0.4 == pytest.approx(1.5 * CANDIDATES, rel=0.01)


def test_a_phrase_must_be_there_whole() -> None:
    (way,) = find_ways(terms=["zzz", "hello"], needed=["hello", "parcel"], known=MANY)
    assert (way.terms, way.together) == (("parcel", "hello"), True)


def test_few_texts_are_all_looked_at() -> None:
    (way,) = find_ways(terms=["a", "b"], needed=[], known=FEW)
    assert (way.terms, way.cut) == (("a", "b"), False)


def test_all_terms_say_one_and_a_rare_one_says_more() -> None:
    weights = weigh(terms=["zzz", "hello"], counted={"zzz": 1}, known=MANY)
    assert sum(weights) == pytest.approx(1)
    assert score(mask=0b01, weights=weights) > score(mask=0b10, weights=weights) > score(mask=0, weights=weights) == 0
    assert score(mask=0b11, weights=weights) == pytest.approx(1)


def test_nothing_is_worth_nothing_in_an_empty_index() -> None:
    empty = Statistics(texts=0, common={}, least=0.02, until=0, positions=1.0)
    assert sum(weigh(terms=["a", "b"], counted={"a": 0}, known=empty)) == pytest.approx(1)


def marked(text: str, question: str) -> list[str]:
    return [text[start:end] for start, end in find_places(text=text, asked=ask(text=question))]


@pytest.mark.parametrize(
    ("text", "question", "places"),
    [
        ("Where are my ORDERS?", "order", ["ORDERS"]),
        ("我要退款，谢谢", "退款", ["退款"]),
        ("我要退款，退一下", "退款", ["退款"]),
        ("asks 0 again", "1c50 0", ["0"]),
        ("退一下", "退", ["退"]),
        ("Ｒｅｆｕｎｄ ㎏", "refund kg", ["Ｒｅｆｕｎｄ", "㎏"]),
        ("Cafe\u0301!", "café", ["Cafe\u0301"]),
        ("a late, parcel", '"late parcel"', ["late, parcel"]),
        ("<b>order</b>", "order b", ["b", "order", "b"]),
        ("😀😀 order", "order", ["order"]),
    ],
)
def test_what_was_found_is_where_it_stands(text: str, question: str, places: list[str]) -> None:
    assert marked(text, question) == places


@pytest.mark.parametrize("before", [0, 30, 200, 5000])
@pytest.mark.parametrize("after", [0, 30, 5000])
def test_a_long_text_is_shown_where_it_was_found(before: int, after: int) -> None:
    text = f"{'x ' * before}the parcel 包裹{' y' * after}"
    snippet = cut(text=text, asked=ask(text="parcel 包裹"))
    assert [snippet.text[start:end] for start, end in snippet.places] == ["parcel", "包裹"]
    assert len(snippet.text) <= LONGEST + 2


def test_a_snippet_is_one_line() -> None:
    assert cut(text="one\n\n two\tthree ", asked=ask(text="two")).text == "one two three"


def test_of_two_that_say_as_much_the_shorter_fits_better() -> None:
    assert fit(score=0.5, size=5) > fit(score=0.5, size=50) > fit(score=0.4, size=5) > fit(score=0.0, size=5) == 0
