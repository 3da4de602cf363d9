"""What does not fit a body is named, with a code that programs can go by and words that are not Python's."""

from typing import Annotated, Any

import pytest
from msgspec import Meta

from tenants.bodies import Body, read_body
from tenants.refusals import Invalid


class Inner(Body, frozen=True):
    word: str


class Outer(Body, frozen=True):
    name: Annotated[str, Meta(pattern=r"^[a-z]+\Z")]
    id: Annotated[str, Meta(pattern=r"^[a-z]+(?![\s\S])")] = "a"
    inner: Inner | None = None
    texts: dict[str, str] = {}
    many: list[int] = []


@pytest.mark.parametrize(
    ("body", "field", "code", "detail"),
    [
        ({}, "name", "missing", "This is needed."),
        ({"name": "a", "inner": {}}, "inner.word", "missing", "This is needed."),
        ({"name": "a", "more": 1}, "more", "unknown", "There is no such field."),
        ({"name": "a", "inner": {"word": "a", "more": 1}}, "inner.more", "unknown", "There is no such field."),
        ({"name": 5}, "name", "invalid", "Expected `str`, got `int`"),
        ({"name": "A"}, "name", "invalid", "Expected `str` matching regex '^[a-z]+$'"),
        ({"name": "a", "id": "A"}, "id", "invalid", "Expected `str` matching regex '^[a-z]+$'"),
        ({"name": "a", "texts": {"en": 5}}, "texts", "invalid", "Expected `str`, got `int`"),
        ({"name": "a", "many": [1, "x"]}, "many[1]", "invalid", "Expected `int`, got `str`"),
    ],
)
def test_what_does_not_fit(body: dict[str, Any], field: str, code: str, detail: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_body(data=body, shape=Outer)
    assert refused.value.errors == [{"field": field, "code": code, "detail": detail}]
