"""Item 5: two server processes on two cores, each conversation's people on different ones, over either bus."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from tests.benchmarks import machine, stage
from tests.benchmarks.bench import ROUNDS, WINDOW, Bench
from tests.benchmarks.plan import Seat
from tests.benchmarks.running import figures, generate_together


def measure(bench: Bench) -> dict[str, object]:
    """Answer messages for each CPU second of the servers, and what of one process alone that is.

    One and two take turns, and the median is that of rounds: from one minute to the next a core is not as fast.
    """
    buses = {"listen_notify": "", **({"redis": bench.redis_url} if bench.redis_url else {})}
    rounds = [_round(bench, buses) for _ in range(ROUNDS)]
    one = median(each["one"]["messages_per_cpu_s"] for each in rounds)
    found: dict[str, Any] = {"one": {"messages_per_cpu_s": one}}
    for bus in buses:
        ratios = sorted(each[bus]["messages_per_cpu_s"] / each["one"]["messages_per_cpu_s"] for each in rounds)
        spread = [round(ratios[0], 3), round(ratios[-1], 3)]
        found[bus] = {"of_one_per_core": round(median(ratios), 3), "spread": spread, "rounds": [r[bus] for r in rounds]}
    return found if bench.redis_url else {**found, "redis": "not measured: there is no redis-server here"}


def _round(bench: Bench, buses: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {"one": {"messages_per_cpu_s": _one(bench)}, **{bus: _two(bench, bus, url) for bus, url in buses.items()}}


def _one(bench: Bench) -> float:
    bench.say("processes: one server")
    with bench.server() as server:
        found = bench.measure(
            port=server.port,
            seats=stage.seats(rooms=bench.rooms),
            server=server.pid,
            window=WINDOW,
            runs=bench.runs_of_round,
        )
    return _per_cpu_second(found)


def _two(bench: Bench, bus: str, url: str) -> dict[str, Any]:
    bench.say(f"processes: two servers over {bus}")
    environment = {"REDIS_URL": url}
    with (
        bench.server(environment=environment) as one,
        bench.server(core=machine.OTHER_CORE, environment=environment) as two,
    ):
        reports = generate_together(
            [
                bench.plan(port=server.port, seats=seats, server=server.pid, window=WINDOW, runs=bench.runs_of_round)
                for server, seats in zip((one, two), _split(bench), strict=True)
            ]
        )
    sides: list[dict[str, Any]] = [figures(report.runs) for report in reports]
    events, acked = (sum(float(side[name]) for side in sides) for name in ("events_per_s", "acked_per_s"))
    cores = sum(float(side["acked_per_s"]) / _per_cpu_second(side) for side in sides)
    return {
        "acked_per_s": round(acked, 1),
        "events_per_acked": round(events / acked, 2),  # 2 where everybody hears everybody
        "messages_per_cpu_s": round(acked / cores, 1),
        "cpu_ms_per_1000": [side["cpu_ms_per_1000"] for side in sides],
    }


def _split(bench: Bench) -> tuple[list[Seat], list[Seat]]:
    """Every visitor on the one, every agent on the other: each message is delivered across."""
    visitors = [stage.seat(room=room, member=False) for room in bench.rooms]
    return visitors, [stage.seat(room=room, member=True) for room in bench.rooms]


def _per_cpu_second(found: Mapping[str, Any]) -> float:
    return round(1e6 / float(found["cpu_ms_per_1000"]["server"]), 1)
