"""Item 4: many companies that write in the same second, and what they cost PostgreSQL's sessions in memory."""

from typing import Any, Final

import psycopg

from tests.benchmarks import machine, stage
from tests.benchmarks.bench import WINDOW, Bench
from tests.benchmarks.stage import Room

CONNECTIONS: Final = 200
COUNTS: Final = (10, 100, 1_000)
MOST: Final = 3_000


def measure(bench: Bench) -> dict[str, object]:
    """Answer the throughput with 10, 100 and 1,000 tenants, and the memory of all sessions with 1,000 and 3,000."""
    tenants = _tenants(bench, MOST)
    found: dict[str, Any] = {}
    for count in (*COUNTS, MOST):
        bench.say(f"tenants: {count} at once")
        each = max(1, CONNECTIONS // 2 // count)
        found[str(count)] = _throughput(bench, stage.open_rooms(tenants=tenants[:count], each=each))
    first = float(found["10"]["acked_per_s"])
    found["ratio_to_10"] = {str(n): round(float(found[str(n)]["acked_per_s"]) / first, 3) for n in (*COUNTS[1:], MOST)}
    return found


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


def _tenants(bench: Bench, count: int) -> list[Any]:
    bench.say(f"tenants: signing up {count}, which takes a while")
    return stage.open_tenants(count=count)
