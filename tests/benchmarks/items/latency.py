"""Item 2: how long an ack takes at a given rate, beside a websocket that only says what was said."""

from collections.abc import Sequence
from typing import Any

from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.items import rest
from tests.benchmarks.plan import Seat
from tests.benchmarks.running import Listening, uvicorn

RATES = (100, 2_000)


def measure(bench: Bench) -> dict[str, object]:
    """Answer latencies at both rates and at half of saturation, each beside the echo at the same rate."""
    rates = {f"at_{rate}_per_s": rate for rate in RATES}
    match bench.found.get("messages"):
        case {"ours": {"acked_per_s": float(saturated)}}:
            rates["at_half_of_saturation"] = round(saturated / 2)
    ours, echo = _ours(bench, list(rates.values())), _echo(bench, list(rates.values()))
    return {name: {"rate": rate, "ours": ours[n], "echo": echo[n]} for n, (name, rate) in enumerate(rates.items())}


def _ours(bench: Bench, rates: Sequence[int]) -> list[dict[str, Any]]:
    with bench.server() as server:
        return [_at(bench, rate, "our server", server, stage.seats(rooms=bench.rooms)) for rate in rates]


def _echo(bench: Bench, rates: Sequence[int]) -> list[dict[str, Any]]:
    seat = Seat(path="/", host="localhost", head='{"type":"ack","id":"', tail=f'","text":"{stage.TEXT}"}}')
    seats = [seat] * 2 * len(bench.rooms)
    with rest.statements(bench) as file, uvicorn("tests.benchmarks.bare:application", **rest.environment(file)) as bare:
        return [_at(bench, rate, "echo", bare, seats) for rate in rates]


def _at(bench: Bench, rate: int, who: str, server: Listening, seats: Sequence[Seat]) -> dict[str, Any]:
    bench.say(f"latency: {who} at {rate}/s")
    return _kept(bench.measure(port=server.port, seats=seats, server=server.pid, rate=rate, **_times(bench, rate)))


def _times(bench: Bench, rate: int) -> dict[str, Any]:
    """Few messages a second need more time for a 99th percentile that means something."""
    return {"measure_s": max(bench.seconds, 2.0 if bench.quick else 10.0)} if rate < 1_000 else {}


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("acked_per_s", "latency_ms", "late_ms", "cpu_ms_per_1000", "cores_busy")}
