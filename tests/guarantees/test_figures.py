"""The table of figures is made of the reports, and the page has its place for it."""

from typing import Any

from tests.guarantees.figures import BEGIN, END, PAGE, write_figures


def test_a_table_takes_the_place_of_the_old_one() -> None:
    said: dict[str, dict[str, Any]] = {
        "overload": {"peak_per_s": 12_000, "kept_share": 0.9, "kept": True},
        "flood": {"errors": 3, "kept": False},
    }
    page = write_figures(page=f"# Page\n\n{BEGIN}\n\nold\n\n{END}\n\nmore\n", said=said)
    assert page == write_figures(page=page, said=said)
    assert page.startswith(f"# Page\n\n{BEGIN}\n\n|")
    assert page.endswith(f"|\n\n{END}\n\nmore\n")
    assert "old" not in page
    assert "| `overload` | yes | peak per s 12,000; kept share 0.9 |" in page
    assert "| `flood` | **no** | errors 3 |" in page


def test_the_page_has_a_place_for_it() -> None:
    assert PAGE.read_text().count(BEGIN) == PAGE.read_text().count(END) == 1
