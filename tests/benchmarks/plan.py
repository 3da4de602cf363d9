"""What the load generator is told and what it answers, as JSON between two processes."""

from typing import Any

import msgspec


class Seat(msgspec.Struct, kw_only=True):
    """One websocket: how it comes in, and what it says. A message is `head` + the message's id + `tail`."""

    path: str
    host: str
    first: tuple[str, ...] = ()  # said one after the other, each when `answers` came to what was said before
    answers: tuple[str, ...] = ()  # the beginning of the frame that is waited for after each of `first`
    head: str | None = None  # None: it only listens
    tail: str = ""


class Plan(msgspec.Struct, kw_only=True):
    """One run of the generator: `window` messages are outstanding on each seat, or `rate` are sent a second in all."""

    port: int
    seats: list[Seat]
    ack: str = '{"type":"ack","id":"'  # the beginning of an ack; the message's id follows
    event: str = '{"type":"event"'
    window: int = 0
    rate: float = 0.0
    seed: int = 1
    warm_s: float = 1.0  # before the first stretch
    again_s: float = 1.0  # before each other
    measure_s: float = 3.0
    runs: int = 5
    hold: bool = False  # connect, say "ready", wait for a line on stdin before anything else
    together: bool = False  # the same, and then measure as ever: for generators that are to begin at one moment
    connect_at_once: int = 50
    watched: dict[str, list[int]] = {}  # whose CPU seconds are wanted, by the processes' ids


class HttpPlan(msgspec.Struct, kw_only=True):
    """One run of the generator for HTTP. In `body`, ID stands for an id that is new each time."""

    port: int
    method: str
    paths: list[str]  # the connections take turns
    headers: list[str]
    body: str = ""
    connections: int = 16
    warm_s: float = 1.0  # before the first stretch
    again_s: float = 1.0  # before each other
    measure_s: float = 3.0
    runs: int = 5
    watched: dict[str, list[int]] = {}


class Run(msgspec.Struct, kw_only=True):
    """What one measured stretch came to. Latencies are from writing a message to its ack."""

    seconds: float
    acked: int
    events: int
    latencies_ms: dict[str, float]
    late_ms: dict[str, float]  # how late the generator itself sent, against its own plan
    cpu: dict[str, float]


class Report(msgspec.Struct, kw_only=True):
    """All runs, and what went wrong: any error makes a figure worthless, so it is told with the figure."""

    runs: list[Run]
    acked_in_all: int
    errors: list[str] = []
    error_count: int = 0
    extra: dict[str, Any] = {}


def quantiles(values: list[float]) -> dict[str, float]:
    """Answer median, 90th, 99th percentile and maximum, in the values' unit."""
    if not values:
        return {}
    ordered = sorted(values)
    last = len(ordered) - 1
    return {
        "p50": round(ordered[last // 2], 3),
        "p90": round(ordered[int(last * 0.9)], 3),
        "p99": round(ordered[int(last * 0.99)], 3),
        "max": round(ordered[-1], 3),
    }
