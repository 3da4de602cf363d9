"""docs/performance.md out of what a run found: `./dev bench --write-docs` writes it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

Found = dict[str, Any]

# What a person has written about the figures stands between these and stays: it is to be looked through after each run.
FIRST, AFTER = "## What was missed", "## Everything that was measured"

HEAD: Final = """# How fast Yunke is, measured

`./dev bench` measures all of it in one run and writes this page with `--write-docs`; `--quick` leaves out waits,
sign-ups, webhooks and many companies, and takes five to six minutes, where three were wanted. The server has one core
for itself, and the load generator, PostgreSQL and Redis share the other; 200 connections, 100 conversations, 10
companies; each figure is the median of five stretches. Ratios can be trusted, rates differ by 20-40 % from day to
day. The textbook (`tests/benchmarks/textbook/`) is what a careful team writes from the tutorials: a stock JSON
consumer, the ORM, channels_redis, uvicorn; it promises nothing of what [guarantees.md](guarantees.md) does. pgbench
says what each of our commits says, 32 events at a time, and has PostgreSQL for itself.
"""


def write_page(*, found: Found, path: Path) -> None:
    """Write the page anew; an item that was not measured in this run says so."""
    machine = found["machine"]
    lines = [
        HEAD,
        f"Measured on {found['date']} at `{found['commit']}` by `{found['command']}`, in {found['minutes']} min.",
        f"The machine: {machine['cores']} cores of {machine['cpu']}, {machine['memory_gb']} GB,",
        f"Linux {machine['kernel']}, Python {machine['python']}.\n",
        "| what | wanted | measured |",
        "|---|---|---|",
        *[f"| {what} | {wanted} | {_say(read, found)} |" for what, wanted, read in ROWS],
        "",
        _written(path),
        f"{AFTER}\n",
        "CPU milliseconds are for 1,000 acked messages or requests, by process. `cores_busy` says whether the load",
        "generator could have been what was measured; `late_ms` is how late it sent against its own plan.\n",
        "```json",
        json.dumps({name: item for name, item in found.items() if name != "machine"}, indent=1, ensure_ascii=False),
        "```\n",
    ]
    path.write_text("\n".join(lines))


def _written(path: Path) -> str:
    page = path.read_text() if path.exists() else ""
    return page[page.index(FIRST) : page.index(AFTER)].rstrip() + "\n" if FIRST in page else ""


def _say(read: Callable[[Found], object], found: Found) -> object:
    try:
        return read(found)
    except (KeyError, TypeError):
        return "not measured"


def _latency(name: str) -> Callable[[Found], object]:
    def read(found: Found) -> object:
        ours, echo = (found["latency"][name][who]["latency_ms"] for who in ("ours", "echo"))
        rate = found["latency"][name]["rate"]
        return f"{ours['p50']} / {ours['p99']} at {rate}/s (echo: {echo['p50']} / {echo['p99']})"

    return read


ROWS: Final[tuple[tuple[str, str, Callable[[Found], object]], ...]] = (
    ("durable acked messages a second, one core", "", lambda f: f["messages"]["ours"]["acked_per_s"]),
    ("times the textbook", "at least 30", lambda f: f["ratio_to_textbook"]),
    ("of pgbench saying the same", "at least 0.40", lambda f: f["ratio_to_pgbench"]),
    (
        "deliveries with 3 more listeners, times the plain acked rate",
        "at least 2.5",
        lambda f: f["messages"]["deliveries_to_plain"],
    ),
    ("ack in ms, p50 / p99", "3 / 10 at 2,000/s", _latency("at_2000_per_s")),
    ("ack in ms, p50 / p99", "- / 5 at 100/s", _latency("at_100_per_s")),
    ("ack in ms, p50 / p99, at half of saturation", "", _latency("at_half_of_saturation")),
    ("kB of server memory for each of 10,000 idle websockets", "at most 40", lambda f: f["idle"]["kb_each"]),
    ("of them heard the first event", "10,000", lambda f: f["idle"]["heard_the_first_event"]),
    (
        "two servers, of one per core: LISTEN/NOTIFY",
        "at least 0.5",
        lambda f: f["processes"]["listen_notify"]["of_one_per_core"],
    ),
    ("two servers, of one per core: Redis", "at least 0.85", lambda f: f["processes"]["redis"]["of_one_per_core"]),
    ("posting over REST, of a bare view with raw psycopg", "at least 0.2", lambda f: f["rest"]["ratio"]),
    ("list of 50, times the CPU of raw psycopg + orjson", "at most 2.5", lambda f: f["list"]["times_as_much_cpu"]),
    (
        "change feed, events a second for one who catches up: pages of 1,000",
        "at least 5,000",
        lambda f: f["feed"]["pages_of_1000_all"]["events_per_s"],
    ),
    ("the same by the live topic `events`", "at least 5,000", lambda f: f["feed"]["live_all"]["events_per_s"]),
    ("a tenant from memory, times as fast as from the database", "", lambda f: f["lookup"]["times_as_fast"]),
    ("a move of a tenant is known to a server after, in ms", "", lambda f: f["lookup"]["told_after_ms"]),
    ("sign-up to first answer in ms, from the pool", "at most 150", lambda f: f["sign_up"]["from_the_pool_ms"]),
    ("the same with an empty pool", "at most 700", lambda f: f["sign_up"]["with_an_empty_pool_ms"]),
    (
        "1,000 sign-ups: the last fifty to the first",
        "at most 1.5",
        lambda f: f["sign_up"]["in_one_run"]["last_to_first"],
    ),
    (
        "estimated waits that were right within a minute or 30 %, of a busy queue with 30 slots",
        "",
        lambda f: f["waits"]["30_slots_with_a_rush"]["ours"]["right_share"],
    ),
    ("webhooks a second to one receiver", "at least 500", lambda f: f["webhooks"]["one_receiver"]["deliveries_per_s"]),
    (
        "webhooks a second to 20 receivers of ten companies",
        "at least 500",
        lambda f: f["webhooks"]["ten_companies"]["deliveries_per_s"],
    ),
    (
        "p99 of webhooks to others while one receiver hangs, of p99 without it",
        "at most 1.1",
        lambda f: f["webhooks"]["one_hangs"]["p99_ratio"],
    ),
    (
        "steps of promises, ms late at p99 while 10,000 clocks run",
        "5,000",
        lambda f: f["clocks"]["steady"]["late_ms"]["p99"],
    ),
    ("the same, a thousand at one moment", "5,000", lambda f: f["clocks"]["burst"]["late_ms"]["p99"]),
    (
        "of a core, while 10,000 clocks run and none is due",
        "0.05",
        lambda f: f["clocks"]["idle"]["cores_busy"]["worker"],
    ),
    ("100 companies at once, of 10", "at least 0.5", lambda f: f["tenants"]["ratio_to_10"]["100"]),
    ("1,000 companies at once, of 10", "at least 0.2", lambda f: f["tenants"]["ratio_to_10"]["1000"]),
    ("MB of all sessions at 1,000 companies", "bounded", lambda f: f["tenants"]["1000"]["postgres_mb"]["all"]),
    ("MB of all sessions at 3,000 companies", "bounded", lambda f: f["tenants"]["3000"]["postgres_mb"]["all"]),
)
