"""Item 5: two server processes on two cores, each conversation's people on different ones, over either bus."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.benchmarks import machine, stage
from tests.benchmarks.bench import WINDOW, Bench
from tests.benchmarks.plan import Seat
from tests.benchmarks.running import figures, generate


def measure(bench: Bench) -> dict[str, object]:
    """Answer messages for each CPU second of the servers, and what of one process alone that is."""
    found: dict[str, Any] = {"one": {"messages_per_cpu_s": _one(bench)}}
    for bus, url in (("listen_notify", ""), ("redis", bench.redis_url)):
        found[bus] = _two(bench, bus, url) if url is not None else "not measured: there is no redis-server here"
        if url is not None:
            one = float(found["one"]["messages_per_cpu_s"])
            found[bus]["of_one_per_core"] = round(found[bus]["messages_per_cpu_s"] / one, 3)
    return found


def _one(bench: Bench) -> float:
    bench.say("processes: one server")
    with bench.server() as server:
        found = bench.measure(port=server.port, seats=stage.seats(rooms=bench.rooms), server=server.pid, window=WINDOW)
    return _per_cpu_second(found)


def _two(bench: Bench, bus: str, url: str) -> dict[str, Any]:
    bench.say(f"processes: two servers over {bus}")
    environment = {"REDIS_URL": url}
    with (
        bench.server(environment=environment) as one,
        bench.server(core=machine.OTHER_CORE, environment=environment) as two,
    ):
        plans = [
            bench.plan(port=server.port, seats=seats, server=server.pid, window=WINDOW)
            for server, seats in zip((one, two), _split(bench), strict=True)
        ]
        with ThreadPoolExecutor(max_workers=2) as pool:
            reports = list(pool.map(generate, plans))
    sides = [figures(report.runs) for report in reports]
    events, acked = (
        sum(_rate(side, "events_per_s") for side in sides),
        sum(_rate(side, "acked_per_s") for side in sides),
    )
    return {
        "acked_per_s": round(acked, 1),
        "events_per_acked": round(events / acked, 2),  # 2 where everybody hears everybody
        "messages_per_cpu_s": round(sum(_per_cpu_second(side) for side in sides) / 2, 1),
        "cpu_ms_per_1000": [side["cpu_ms_per_1000"] for side in sides],
    }


def _split(bench: Bench) -> tuple[list[Seat], list[Seat]]:
    """Every visitor on the one, every agent on the other: each message is delivered across."""
    visitors = [stage.seat(room=room, member=False) for room in bench.rooms]
    return visitors, [stage.seat(room=room, member=True) for room in bench.rooms]


def _per_cpu_second(found: dict[str, Any]) -> float:
    return round(1e6 / float(found["cpu_ms_per_1000"]["server"]), 1)


def _rate(found: dict[str, Any], name: str) -> float:
    return float(found[name])
