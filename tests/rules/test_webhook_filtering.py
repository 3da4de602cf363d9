"""Which events pass an endpoint's filters."""

from typing import Any

import pytest

from integrations.webhooks.rules.filtering import Filters, check_filters, passes
from tenants.refusals import Invalid

KNOWN = {"inboxes": {"shop", "help"}, "fields": {"author", "priority", "n", "tags"}}


@pytest.mark.parametrize(
    ("filters", "body", "inbox", "told"),
    [
        (Filters(), {"author": "contact"}, None, True),
        (Filters(inboxes=["shop"]), {}, "shop", True),
        (Filters(inboxes=["shop"]), {}, "help", False),
        (Filters(inboxes=["shop"]), {}, None, False),
        (Filters(fields={"author": ["contact", "bot"]}), {"author": "bot"}, None, True),
        (Filters(fields={"author": ["contact"]}), {"author": "agent"}, None, False),
        (Filters(fields={"author": ["contact"]}), {"text": "no author"}, None, True),
        (Filters(fields={"author": ["contact"], "priority": ["high"]}), {"author": "contact"}, None, True),
        (Filters(fields={"n": [1]}), {"n": True}, None, False),
        (Filters(fields={"n": [1]}), {"n": None}, None, False),
        (Filters(fields={"tags": ["a", "b"]}), {"tags": ["x", "b"]}, None, True),
        (Filters(fields={"tags": ["a"]}), {"tags": []}, None, False),
        (Filters(inboxes=["shop"], fields={"n": [1]}), {"n": 1}, "help", False),
    ],
)
def test_what_passes(filters: Filters, body: dict[str, Any], inbox: str | None, *, told: bool) -> None:
    assert passes(filters=filters, body=body, inbox=inbox) is told


def test_inboxes_are_kept_sorted_and_once() -> None:
    assert check_filters(filters=Filters(inboxes=["shop", "help", "shop"]), **KNOWN).inboxes == ["help", "shop"]


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (Filters(inboxes=["other"]), "filters.inboxes"),
        (Filters(fields={"text": ["hello"]}), "filters.fields"),
        (Filters(fields={"author": []}), "filters.fields.author"),
        (Filters(fields={"author": ["x" * 101]}), "filters.fields.author"),
        (Filters(fields={"author": list(range(21))}), "filters.fields.author"),
    ],
)
def test_what_is_refused(filters: Filters, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_filters(filters=filters, **KNOWN)
    assert refused.value.errors[0]["field"] == field
