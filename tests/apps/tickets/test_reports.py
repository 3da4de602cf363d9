"""How promises went: noted once each, as the ticket was then, counted, listed, and for those who see to work."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client

from conversations.engine.models import ReaderCursor
from conversations.tickets.reports.models import PromiseOutcome
from conversations.tickets.reports.noting import READER
from tenants.context import tenant_context
from tests.apps.tickets.hall import Hall

COUNTED: Final = "/api/v1/reports/promises"
CASES: Final = f"{COUNTED}/cases"


class Reports:
    """Somebody who asks how a hall's promises went, of the day around its time."""

    def __init__(self, hall: Hall, browser: Client) -> None:
        self._hall, self._browser = hall, browser

    def ask(self, path: str, *, status: int = 200, **query: Any) -> Any:
        day = timedelta(days=1)
        window = {"since": (self._hall.now - day).isoformat(), "until": (self._hall.now + day).isoformat()}
        answer = self._browser.get(path, {**window, **query})
        assert answer.status_code == status, answer.content
        return answer.json()

    def count(self, by: str, **query: Any) -> dict[str | None, tuple[int, int, int]]:
        """Answer kept, late and broken by key."""
        found = self.ask(COUNTED, by=by, **query)
        return {row["key"]: (row["kept"], row["late"], row["broken"]) for row in found["groups"]}


@pytest.fixture
def reports(hall: Hall) -> Reports:
    return Reports(hall, hall.office.browser_of("supervisor"))


def tell(hall: Hall) -> None:
    """One is kept by a team, one is done late by somebody, one is broken and nobody's."""
    me = hall.office.member.person_id
    for team in ("parcels", "money"):
        hall.publish("team", team, {"name": team, "members": [{"member": str(me), "role": "lead"}]})
    hall.promise()
    kept, late, _ = hall.open(team="parcels"), hall.open(team="money", owner=me), hall.open(priority="high")
    hall.pass_(10)
    hall.do(kept, status="solved")
    hall.pass_(100)
    hall.do(late, team="parcels", owner=None)  # what becomes of it afterwards changes nothing about whose it was
    hall.do(late, status="solved")
    hall.look()


def test_they_are_counted_by_what_they_have_in_common(hall: Hall, reports: Reports) -> None:
    tell(hall)
    assert reports.count("team") == {"parcels": (1, 0, 0), "money": (0, 1, 0), "": (0, 0, 1)}
    assert reports.count("level") == {"": (1, 0, 0), "boss": (0, 1, 1)}
    assert reports.count("cause") == {"": (1, 0, 0), "not_answered": (0, 1, 0), "nobody_had_it": (0, 0, 1)}
    assert reports.count("promise") == {"resolution": (1, 1, 1)}
    assert reports.count("policy") == {"usual": (1, 1, 1)}
    assert reports.count("priority") == {"none": (1, 0, 0), "high": (0, 1, 1)}, "as the ladder had made it by then"
    assert reports.count("owner") == {None: (1, 0, 1), str(hall.office.member.person_id): (0, 1, 0)}
    assert reports.count("team", cause="nobody_had_it") == {"": (0, 0, 1)}
    assert reports.count("team", outcome="late") == {"money": (0, 1, 0)}
    assert reports.count("team", team="") == {"": (0, 0, 1)}
    every = reports.ask(COUNTED)["all"]
    assert (every["kept"], every["late"], every["broken"], every["share"]) == (1, 1, 1, 0.3333)
    assert every["low"] < every["share"] < every["high"]
    assert every["median_s"] == pytest.approx((600 + 6600) / 2)


def test_days_are_a_zones(hall: Hall, reports: Reports) -> None:
    hall.now = hall.now.replace(hour=12, minute=0) - timedelta(days=3)
    tell(hall)  # settled at 12:10 and, broken, at 13:40 UTC
    day = hall.now.date()
    assert reports.count("day") == {day.isoformat(): (1, 1, 1)}
    east = reports.count("day", time_zone="Pacific/Kiritimati")  # 14 hours ahead
    assert east == {(day + timedelta(days=1)).isoformat(): (1, 1, 1)}


def test_each_is_listed_down_to_its_ticket(hall: Hall, reports: Reports) -> None:
    tell(hall)
    first = reports.ask(CASES, limit=2)
    rest = reports.ask(CASES, limit=2, cursor=first["next"].split("cursor=")[1].split("&")[0])
    cases = [*first["results"], *rest["results"]]
    assert len(cases) == 3
    assert sorted(case["outcome"] for case in cases) == ["broken", "kept", "late"]
    (late,) = [case for case in cases if case["outcome"] == "late"]
    assert (late["team"], late["steps"], late["level"], late["took_s"]) == ("money", 2, "boss", 6600)
    assert hall.office.ask("get", f"/{late['ticket']}")["number"] == late["number"]


def test_each_is_noted_once_and_may_be_noted_anew(hall: Hall) -> None:
    tell(hall)
    with tenant_context(hall.tenant):
        before = list(PromiseOutcome.objects.order_by("ticket").values())
        PromiseOutcome.objects.filter(outcome="late").update(team="wrong", steps=0)
        ReaderCursor.objects.filter(reader=READER.name).update(position=0)
    hall.look()
    with tenant_context(hall.tenant):
        assert list(PromiseOutcome.objects.order_by("ticket").values()) == before


def test_what_still_runs_is_not_counted(hall: Hall, reports: Reports) -> None:
    hall.promise()
    hall.open()
    hall.pass_(30)
    with tenant_context(hall.tenant):
        assert [(row.outcome, row.level) for row in PromiseOutcome.objects.all()] == [("running", "lead")]
    found = reports.ask(COUNTED)
    assert (found["groups"], found["capped"]) == ([], False)
    nothing = {"key": None, "kept": 0, "late": 0, "broken": 0, "share": None, "low": 0, "high": 1, "median_s": None}
    assert found["all"] == nothing


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"since": "2026-01-01T00:00:00"}, "since"),
        ({"since": "2020-01-01T00:00:00Z"}, "until"),
        ({"until": "2020-01-01T00:00:00Z"}, "until"),
        ({"by": "colour"}, "by"),
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"cause": "weather"}, "cause"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_what_cannot_be_asked(reports: Reports, query: dict[str, str], field: str) -> None:
    refused = reports.ask(COUNTED, status=422, **query)
    assert [error["field"] for error in refused["errors"]] == [field]


def test_who_may_ask(hall: Hall, reports: Reports) -> None:
    assert Reports(hall, hall.office.program("tickets.view", "conversations.assign")).ask(COUNTED)["groups"] == []
    for browser in (hall.office.browser_of("agent"), hall.office.program("tickets.view")):
        for path in (COUNTED, CASES):
            assert Reports(hall, browser).ask(path, status=403)["code"] == "not_allowed"
