"""Item 1: durable acked messages a second on one server core, beside the textbook, pgbench, and with more listeners."""

import os
import subprocess
import sys
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.benchmarks import pgbench, stage
from tests.benchmarks.bench import WINDOW, Bench
from tests.benchmarks.plan import Seat
from tests.benchmarks.running import uvicorn
from tests.serving import ROOT

MORE_LISTENERS = 3
COUNT: Final = "SELECT count(*) FROM {}.event WHERE kind = 'message.posted.v1'"


def measure(bench: Bench) -> dict[str, object]:
    """Answer all four figures and their ratios."""
    ours = _ours(bench, listeners=0)
    crowded = _ours(bench, listeners=MORE_LISTENERS)
    limit = _pgbench(bench, whole=True)
    textbook = _textbook(bench) if bench.redis_url else None
    acked = _rate(ours, "acked_per_s")
    bench.found["ratio_to_pgbench"] = round(acked / _rate(limit, "events_per_s"), 3)
    bench.found["ratio_to_textbook"] = round(acked / _rate(textbook, "acked_per_s"), 1) if textbook else None
    return {
        "window": WINDOW,
        "ours": ours,
        "textbook": textbook or "not measured: there is no redis-server here",
        "pgbench": limit,
        "pgbench_without_read_model": None if bench.quick else _pgbench(bench, whole=False),
        "more_listeners": crowded,
        "deliveries_to_plain": round(_rate(crowded, "events_per_s") / acked, 2),
    }


def _ours(bench: Bench, *, listeners: int) -> dict[str, Any]:
    bench.say(f"messages: our server, {listeners} more listeners")
    with bench.server() as server:
        seats = stage.seats(rooms=bench.rooms, listeners=listeners)
        before = _count(bench)
        found = bench.measure(port=server.port, seats=seats, server=server.pid, window=WINDOW)
        acked = found.pop("acked_in_all")
    if _count(bench) - before != acked:
        raise RuntimeError(f"{acked} messages were acked, {_count(bench) - before} are on the log")
    return found


def _count(bench: Bench) -> int:
    """Count the messages on the logs of all tenants: an ack without its event would make the figure worthless."""
    schemas = {room.tenant.schema for room in bench.rooms}
    with psycopg.connect(bench.dsn) as connection:
        texts = [sql.SQL(COUNT).format(sql.Identifier(schema)) for schema in schemas]
        return sum(count for text in texts for (count,) in connection.execute(text).fetchall())


def _pgbench(bench: Bench, *, whole: bool) -> dict[str, Any]:
    bench.say(f"messages: pgbench, {'as each of our commits' if whole else 'without the read model'}")
    seconds = max(1, round(bench.seconds))
    return pgbench.measure(
        dsn=bench.dsn, rooms=bench.rooms, seconds=seconds, runs=bench.runs, postmaster=bench.postmaster, whole=whole
    )


def _textbook(bench: Bench) -> dict[str, Any]:
    bench.say("messages: the textbook")
    assert bench.redis_url
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.textbook.settings",
        "DATABASE_URL": bench.dsn,
        "REDIS_URL": bench.redis_url,
    }
    command = [sys.executable, "-m", "tests.benchmarks.textbook.asgi"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
    with uvicorn("tests.benchmarks.textbook.asgi:application", **environment) as server:
        found = bench.measure(
            port=server.port,
            seats=_textbook_seats(bench),
            server=server.pid,
            window=WINDOW,
            ack='{"type": "ack", "id": "',
            event='{"type": "event"',
        )
    found.pop("acked_in_all")
    return found


def _textbook_seats(bench: Bench) -> list[Seat]:
    return [
        Seat(
            path=f"/chat/{n}/{room.guest.conversation}/{uuid4()}",
            host="localhost",
            first=("",),
            answers=('{"type": "subscribed"',),
            head='{"id": "',
            tail=f'", "text": "{stage.TEXT}"}}',
        )
        for n, room in enumerate(bench.rooms)
        for _ in range(2)
    ]


def _rate(found: dict[str, Any], name: str) -> float:
    return float(found[name])
