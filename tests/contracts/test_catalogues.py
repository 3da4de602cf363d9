"""The committed documents are what the code says now: `./dev manage catalogues` writes them."""

import pytest

from config.management.commands.catalogues import CATALOGUES, DOCS, as_text


@pytest.mark.parametrize("name", sorted(CATALOGUES))
def test_a_committed_document_is_what_the_code_says(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == as_text(CATALOGUES[name]())
