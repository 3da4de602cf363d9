"""What a company may be called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.provisioning.rules import RESERVED, name_errors, password_length_errors, slug_errors


@pytest.mark.parametrize("slug", ["acme", "a1b", "a-b", "abc-def-123", "x" * 30, "globex"])
def test_good(slug: str) -> None:
    assert slug_errors(slug=slug) == []


@pytest.mark.parametrize(
    ("slug", "code"),
    [
        ("", "length"),
        ("ab", "length"),
        ("x" * 31, "length"),
        ("1ab", "shape"),
        ("-ab", "shape"),
        ("ab-", "shape"),
        ("a--b", "shape"),
        ("xn--abc", "shape"),
        ("Acme", "shape"),
        ("a_b", "shape"),
        ("a.b", "shape"),
        ("acme\n", "shape"),
        ("ácme", "shape"),
        ("云客云", "shape"),
        ("a b", "shape"),
        ("www", "reserved"),
        ("api", "reserved"),
        ("static", "reserved"),
    ],
)
def test_bad(slug: str, code: str) -> None:
    (error,) = slug_errors(slug=slug)
    assert (error["field"], error["code"]) == ("slug", code)


def test_every_reserved_word_is_refused() -> None:
    assert all(slug_errors(slug=word) for word in RESERVED)


@given(st.text(max_size=35))
def test_what_passes_is_a_host_name(slug: str) -> None:
    if not slug_errors(slug=slug):
        assert re.fullmatch(r"[a-z][a-z0-9-]{1,28}[a-z0-9]", slug, re.ASCII)
        assert "--" not in slug


@pytest.mark.parametrize(("name", "ok"), [("云客", True), ("A", True), ("", False), ("  ", False), ("x" * 101, False)])
def test_names(name: str, *, ok: bool) -> None:
    assert (name_errors(name=name) == []) is ok


def test_a_name_is_one_printable_line() -> None:
    assert name_errors(name="a\nb")
    assert name_errors(name="a\0b")


def test_password_lengths() -> None:
    assert [e["code"] for e in password_length_errors(password="x" * 9)] == ["too_short"]
    assert [e["code"] for e in password_length_errors(password="x" * 201)] == ["too_long"]
    assert password_length_errors(password="x" * 10) == []
