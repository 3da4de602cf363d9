"""Whom a note names."""

from uuid import UUID

import pytest

from conversations.threads.rules import find_mentions

AMY, BEN, BEN_LEE, WEI, OTHER_BEN = (UUID(int=n) for n in range(1, 6))
NAMES = {AMY: "Amy", BEN: "Ben", BEN_LEE: "Ben Lee", WEI: "王伟"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("please look", []),
        ("@Amy please look", [AMY]),
        ("please look, @amy.", [AMY]),
        ("@Ben Lee and @Ben", [BEN_LEE, BEN]),
        ("@Ben Leeds is a town", [BEN]),
        ("@Benny is nobody", []),
        ("@王伟请看一下", [WEI]),
        ("请＠王伟和@AMY看一下", [WEI, AMY]),
        ("@Amy @Amy", [AMY]),
        ("@@Amy", [AMY]),
        ("mail amy@example.com", []),
        ("@", []),
        ("@ Amy", []),
    ],
)
def test_who_is_named(text: str, named: list[UUID]) -> None:
    assert find_mentions(text=text, colleagues=NAMES) == named


def test_all_who_are_called_the_same_are_named() -> None:
    assert find_mentions(text="@Ben", colleagues=NAMES | {OTHER_BEN: "ben"}) == [BEN, OTHER_BEN]


def test_who_has_no_name_is_never_named() -> None:
    assert find_mentions(text="@ @", colleagues={AMY: ""}) == []
