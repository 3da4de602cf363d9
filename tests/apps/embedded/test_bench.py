"""`./dev bench` measures: its generator against a running server, and its page out of what was found."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.apps.live.conftest import server  # noqa: F401 # a fixture
from tests.benchmarks import stage
from tests.benchmarks.bench import Bench, measure_item
from tests.benchmarks.items import tenants
from tests.benchmarks.page import AFTER, FIRST, write_page
from tests.benchmarks.plan import Plan
from tests.benchmarks.running import figures, finish, started
from tests.conftest import MakeTenant
from tests.serving import Server

FOUND = {"date": "2026-01-01", "commit": "abc", "command": "./dev bench", "minutes": 1, "ratio_to_pgbench": 0.5}
MACHINE = {"cpu": "a CPU", "cores": 2, "memory_gb": 8, "kernel": "6", "python": "3.13"}


def test_what_is_acked_is_counted(server: Server, make_tenant: MakeTenant) -> None:  # noqa: F811 # the fixture
    rooms = stage.open_rooms(tenants=[make_tenant()], each=2)
    watched = {"server": [server.popen.pid]}
    plan = Plan(
        port=server.port, seats=stage.seats(rooms=rooms), window=2, warm_s=0.1, measure_s=0.5, runs=2, watched=watched
    )
    with started(plan) as child:
        report = finish(child)
    said = [stage.count(room=room) for room in rooms]
    assert report.acked_in_all == sum(said) > 0
    found = figures(report.runs)
    assert float(str(found["acked_per_s"])) > 0
    assert set(found["cpu_ms_per_1000"]) == {"server", "generator"}  # type: ignore[call-overload] # it is a dict


def test_an_error_makes_the_figures_worthless(server: Server, make_tenant: MakeTenant) -> None:  # noqa: F811 # the fixture
    (room,) = stage.open_rooms(tenants=[make_tenant()], each=1)
    seat = stage.seat(room=room, member=False)
    seat.tail = '","conversation":"nowhere","text":"x"}'
    plan = Plan(port=server.port, seats=[seat], window=1, warm_s=0.1, measure_s=0.2, runs=1)
    with started(plan) as child, pytest.raises(RuntimeError, match="malformed"):
        finish(child)


def test_the_page_says_what_was_found_and_what_was_not(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    write_page(found={**FOUND, "machine": MACHINE}, path=page)
    text = page.read_text()
    assert "| of pgbench saying the same | at least 0.40 | 0.5 |" in text
    assert "| posting over REST, of a bare view with raw psycopg | at least 0.2 | not measured |" in text
    assert json.loads(text.partition("```json")[2].partition("```")[0])["ratio_to_pgbench"] == 0.5


def test_what_a_person_wrote_on_the_page_stays(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Old\n\n{FIRST}, and why\n\n- The echo.\n\n{AFTER}\n\nold figures\n")
    for _ in range(2):
        write_page(found={**FOUND, "machine": MACHINE}, path=page)
    text = page.read_text()
    assert text.count("- The echo.") == 1
    assert "old figures" not in text


def test_what_was_measured_before_a_failure_is_kept() -> None:
    kept: list[dict[str, Any]] = []

    def measure(bench: Bench) -> dict[str, object]:
        bench.note(item="tenants", found={"10": {"acked_per_s": 5.0}})
        raise RuntimeError("the server died")

    bench = Bench(dsn="", quick=True, redis_url=None, keep=lambda found: kept.append(json.loads(json.dumps(found))))
    measure_item(bench=bench, name="tenants", measure=measure)
    assert kept[0]["tenants"] == {"10": {"acked_per_s": 5.0}}
    last = kept[-1]["tenants"]
    assert (last["10"], last["failed"]) == ({"acked_per_s": 5.0}, "the server died")
    assert last["took_s"] >= 0


@pytest.mark.parametrize(("signed_up", "measured"), [(0, []), (15, ["10"]), (100, ["10", "100"])])
def test_many_tenants_stop_in_time_with_what_there_is(
    monkeypatch: pytest.MonkeyPatch, signed_up: int, measured: list[str]
) -> None:
    now, rooms, kept = [0.0], dict[int, int](), list[list[str]]()

    def open_rooms(*, tenants: list[int], each: int) -> list[int]:
        now[0] += 1.0
        return tenants * each

    def throughput(_bench: Bench, found: list[int]) -> dict[str, Any]:
        rooms[len(set(found))] = len(found)
        return {"acked_per_s": 1_000.0 / len(set(found))}

    numbers = iter(range(10_000))
    monkeypatch.setattr(tenants, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(stage, "open_tenant", lambda: next(numbers))
    monkeypatch.setattr(stage, "open_rooms", open_rooms)
    monkeypatch.setattr(tenants, "_throughput", throughput)
    bench = Bench(
        dsn="",
        quick=True,
        redis_url=None,
        limit_s=signed_up,
        keep=lambda found: kept.append(list(found["tenants"])),  # type: ignore[call-overload] # it is a dict
    )
    found = tenants.measure(bench)
    assert [name for name in found if name.isdigit()] == measured
    assert f"with {signed_up} tenants" in str(found["stopped"])
    assert len(kept) == len(measured)
    assert set(rooms.values()) <= {100}, "a hundred rooms, of ten tenants as of a hundred"
    if "100" in measured:
        assert found["ratio_to_10"] == {"100": 0.1}
