"""Item 2: how long an ack takes at a given rate, beside a websocket that only says what was said."""

from typing import Any

from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.items import rest
from tests.benchmarks.plan import Seat
from tests.benchmarks.running import uvicorn

RATES = (100, 2_000)


def measure(bench: Bench) -> dict[str, object]:
    """Answer latencies at both rates and at half of saturation, each beside the echo at the same rate."""
    rates = [*RATES]
    match bench.found.get("messages"):
        case {"ours": {"acked_per_s": float(saturated)}}:
            rates.append(round(saturated / 2))
    found: dict[str, object] = {}
    for rate in rates:
        name = f"at_{rate}_per_s" if rate in RATES else "at_half_of_saturation"
        found[name] = {"rate": rate, "ours": _ours(bench, rate), "echo": _echo(bench, rate)}
    return found


def _ours(bench: Bench, rate: int) -> dict[str, Any]:
    bench.say(f"latency: our server at {rate}/s")
    with bench.server() as server:
        seats = stage.seats(rooms=bench.rooms)
        return _kept(bench.measure(port=server.port, seats=seats, server=server.pid, rate=rate, **_times(bench, rate)))


def _echo(bench: Bench, rate: int) -> dict[str, Any]:
    bench.say(f"latency: echo at {rate}/s")
    seat = Seat(path="/", host="localhost", head='{"type":"ack","id":"', tail=f'","text":"{stage.TEXT}"}}')
    with rest.statements(bench) as file, uvicorn("tests.benchmarks.bare:application", **rest.environment(file)) as bare:
        seats = [seat] * 2 * len(bench.rooms)
        return _kept(bench.measure(port=bare.port, seats=seats, server=bare.pid, rate=rate, **_times(bench, rate)))


def _times(bench: Bench, rate: int) -> dict[str, Any]:
    """Few messages a second need more time for a 99th percentile that means something."""
    return {"measure_s": max(bench.seconds, 2.0 if bench.quick else 10.0)} if rate < 1_000 else {}


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("acked_per_s", "latency_ms", "late_ms", "cpu_ms_per_1000", "cores_busy")}
