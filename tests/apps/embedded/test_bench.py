"""`./dev bench` measures: its generator against a running server, and its page out of what was found."""

import json
from pathlib import Path

import pytest

from tests.apps.live.conftest import server  # noqa: F401 # a fixture
from tests.benchmarks import stage
from tests.benchmarks.page import write_page
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
