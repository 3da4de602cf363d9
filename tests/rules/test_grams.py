"""By which terms texts are found in English and Chinese, and what a question is taken to ask."""

import pytest

from conversations.terms.grams import Asked, ask, grams_of, is_phrase_in, stem
from conversations.terms.text import fold, fold_with_places


def test_chinese_is_characters_and_pairs_and_english_is_words() -> None:
    assert grams_of(text="iPhone手机 Refunds!") == sorted(["iphon", "手", "手机", "机", "refund"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＣＭＥ－１０４２", "acme-1042"),
        ("Ｒｅｆｕｎｄ", "refund"),
        ("ﾊﾟｰｿﾅﾙ", "パーソナル"),
        ("Cafe\u0301", "café"),
        ("STRASSE", "straße"),
        ("order", "Orders"),
        ("ordering ordered", "order"),
        ("shipping", "shipped"),
        ("charged", "charges"),
        ("deliveries", "delivery"),
        ("boxes", "box"),
        ("退款！", "「退款」"),
    ],
)
def test_form_makes_no_difference(one: str, other: str) -> None:
    assert grams_of(text=one) == grams_of(text=other)


@pytest.mark.parametrize(
    "word", ["bus", "this", "press", "king", "red", "need", "1042s", "año", "ss", "es", "e", "ing"]
)
def test_what_is_no_ending_stays(word: str) -> None:
    assert stem(word=word) == word


def test_a_term_is_never_empty() -> None:
    words = [
        f"{head}{tail}" for head in ("", "a", "e", "ed", "ing", "ess", "bb") for tail in ("ing", "ed", "es", "ies")
    ]
    assert all(stem(word=word) for word in words)
    assert "" not in grams_of(text="_ __ - ' \" \\ \x00 " + " ".join(words))


def test_phrases_stand_in_quotation_marks_of_any_kind() -> None:
    assert ask(text='“Late  Parcel” 「退款」 soon "!?"') == Asked(
        ("late", "parcel", "退", "退款", "款", "soon"), ("late parcel", "退款")
    )


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        ("late parcel", "My LATE, parcel", True),
        ("late parcel", "late parcels", False),
        ("art", "party", False),
        ("退款", "我要退款了", True),
        ("退款", "退了款", False),
        ("iphone手机", "新iPhone 手机壳", True),
        ("a.b", "a b", True),
    ],
)
def test_a_phrase_is_there_as_it_stands(phrase: str, text: str, *, there: bool) -> None:
    assert is_phrase_in(phrase=fold(text=phrase), folded=fold(text=text)) is there


def test_places_are_those_of_the_text_as_it_was_written() -> None:
    folded, places = fold_with_places(text="㎏ Cafe\u0301 ﬁn")
    assert folded == "kg café fin"
    assert places == [0, 0, 1, 2, 3, 4, 5, 7, 8, 8, 9]
