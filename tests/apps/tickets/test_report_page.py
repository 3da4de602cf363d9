"""The page of how promises went: counted and drawn as the API counts, down to the ticket, and as a file."""

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from conversations.console.tickets.drawing import WIDTH, draw
from tests.apps.tickets.hall import Hall
from tests.apps.tickets.office import Office

PAGE = "/reports/promises"


@pytest.fixture
def tickets(hall: Hall) -> list[UUID]:
    """Two promises were kept, one was done late, one is broken."""
    hall.promise(targets={"resolution": {"usual": 60}}, ladder=[])
    made = [hall.open() for _ in range(4)]
    hall.look()
    for ticket in made[:2]:
        hall.do(ticket, status="solved")
    hall.pass_(61)
    hall.do(made[2], status="solved")
    hall.look()
    return made


def text(client: Client, path: str = PAGE, **query: str) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_it_counts_and_leads_to_the_tickets(office: Office, tickets: list[UUID]) -> None:
    shown = text(office.boss)
    assert "<strong>50 %</strong>" in shown
    assert shown.count("<rect") == 3
    by_promise = text(office.boss, by="promise", key="resolution")
    assert all(str(ticket) in by_promise for ticket in tickets)
    broken = text(office.boss, by="cause", outcome="broken")
    assert (str(tickets[3]) in broken, str(tickets[0]) in broken) == (True, False)
    assert "Nobody had it" in broken


@pytest.mark.parametrize("by", ["team", "level", "cause", "promise", "policy", "type", "priority", "owner", "day"])
def test_by_anything_and_of_any_group(office: Office, tickets: list[UUID], by: str) -> None:
    assert tickets
    for query in ({"by": by}, {"by": by, "key": ""}, {"by": by, "key": "\x00?"}, {"by": by, "key": "x", "since": "x"}):
        text(office.boss, **query)


def test_the_file_has_them_all(office: Office, tickets: list[UUID]) -> None:
    answer = office.boss.get(f"{PAGE}.csv")
    assert "attachment" in answer["Content-Disposition"]
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert sorted(row["outcome"] for row in rows) == ["broken", "kept", "kept", "late"]
    assert len({row["number"] for row in rows}) == len(tickets)
    few = office.boss.get(f"{PAGE}.csv", {"by": "team", "outcome": "late"}).content.decode()
    assert len(few.splitlines()) == 2


def test_nothing_that_a_spreadsheet_would_work_out(office: Office, tickets: list[UUID]) -> None:
    from conversations.console.tickets.report import _cell  # noqa: PLC0415 - what the file's cells are made by

    assert tickets
    assert [_cell(value) for value in ("=1+1", "@x", None, 3)] == ["'=1+1", "'@x", "", "3"]


def test_an_empty_time_says_so(office: Office) -> None:
    assert "No promise was due" in text(office.boss, since="2020-01-01", until="2020-01-31")


def test_who_may(office: Office) -> None:
    assert office.browser_of("agent").get(PAGE).status_code == 403
    assert office.browser_of("agent").get(f"{PAGE}.csv").status_code == 403


def test_bars_are_stacked_and_none_is_too_small_to_see() -> None:
    drawing = draw(groups=[("a", 999, 1, 0), ("b", 0, 0, 500)])
    assert drawing is not None
    (first, second) = drawing.bars
    assert [(part.kind, part.width) for part in first.parts] == [("kept", 599), ("late", 2)]
    assert [(part.kind, part.x, part.width) for part in second.parts] == [("broken", 0, WIDTH // 2)]
    assert draw(groups=[("a", 0, 0, 0)]) is None
