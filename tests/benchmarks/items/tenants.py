"""Item 4: many companies that write in the same second, and what they cost PostgreSQL's sessions in memory."""

import time
from typing import Any, Final

import psycopg

from tests.benchmarks import machine, stage
from tests.benchmarks.bench import WINDOW, Bench
from tests.benchmarks.stage import Room

CONNECTIONS: Final = 200
COUNTS: Final = (10, 100, 1_000, 3_000)


def measure(bench: Bench) -> dict[str, object]:
    """Answer throughput, memory of all sessions, and ratio to ten tenants, for each count that there was time for.

    Each is measured while so many tenants are there and no more, and kept at once; `stopped` says what was left out.
    """
    until, found = time.monotonic() + bench.limit_s, dict[str, Any]()
    houses: list[list[Room]] = []
    for count in COUNTS:
        if not _grow(bench, houses, count, until):
            found["stopped"] = f"after {bench.limit_s / 60:g} min, with {len(houses)} tenants of {count}"
            break
        bench.say(f"tenants: {count} at once")
        each = _each(count)
        found[str(count)] = _throughput(bench, [room for house in houses for room in house[:each]])
        found["ratio_to_10"] = _ratios(found)
        bench.note(item="tenants", found=found)
    return found


def _grow(bench: Bench, houses: list[list[Room]], count: int, until: float) -> bool:
    """Sign up until there are `count` tenants with their rooms; answer whether there was time for all."""
    bench.say(f"tenants: signing up {count - len(houses)}")
    while len(houses) < count:
        if time.monotonic() >= until:
            return False
        houses.append(stage.open_rooms(tenants=[stage.open_tenant()], each=_each(count)))
    return True


def _each(count: int) -> int:
    """Answer how many rooms of each tenant take part where there are `count`."""
    return max(1, CONNECTIONS // 2 // count)


def _ratios(found: dict[str, Any]) -> dict[str, float]:
    first = float(found[str(COUNTS[0])]["acked_per_s"])
    return {str(n): round(float(found[str(n)]["acked_per_s"]) / first, 3) for n in COUNTS[1:] if str(n) in found}


def _throughput(bench: Bench, rooms: list[Room]) -> dict[str, Any]:
    """As item 1, but for who writes: at least one connection a tenant, at most so many messages outstanding in all."""
    seats = (
        stage.seats(rooms=rooms)
        if len(rooms) <= CONNECTIONS // 2
        else [stage.seat(room=room, member=False, resumes=True) for room in rooms]
    )
    window = max(1, CONNECTIONS * WINDOW // len(seats))
    with bench.server() as server:
        found = bench.measure(port=server.port, seats=seats, server=server.pid, window=window)
        found["postgres_mb"] = _sessions_mb(bench)
    found["connections"], found["window"] = len(seats), window
    return found


def _sessions_mb(bench: Bench) -> dict[str, object]:
    """Answer the memory that belongs to sessions alone: what they share is counted once, as shared_buffers."""
    with psycopg.connect(bench.dsn) as connection:
        rows = connection.execute("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'").fetchall()
    sizes = [machine.memory_kb(pid, "Anonymous") / 1024 for (pid,) in rows]
    return {"sessions": len(sizes), "all": round(sum(sizes)), "largest": round(max(sizes))}
