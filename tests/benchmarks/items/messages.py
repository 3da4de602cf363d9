"""Item 1: durable acked messages a second on one server core, beside the textbook, pgbench, and with more listeners."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, Final
from uuid import uuid4

import psycopg
from psycopg import sql

from tests.benchmarks import pgbench, stage
from tests.benchmarks.bench import ROUNDS, WINDOW, Bench
from tests.benchmarks.plan import Seat
from tests.benchmarks.running import uvicorn
from tests.serving import ROOT

MORE_LISTENERS = 3
COUNT: Final = "SELECT count(*) FROM {}.event WHERE kind = 'message.posted.v1'"


def measure(bench: Bench) -> dict[str, object]:
    """Answer all four figures and their ratios.

    What is compared takes turns over rounds, and a ratio is the median of theirs: from one minute to the next a core
    is not as fast. The figures that are shown are each of its median round.
    """
    rounds = [_round(bench) for _ in range(ROUNDS)]
    bench.found["ratio_to_pgbench"] = _ratio(rounds, "events_per_s", "pgbench")
    bench.found["ratio_to_textbook"] = _ratio(rounds, "acked_per_s", "textbook") if bench.redis_url else None
    return {
        "window": WINDOW,
        "textbook": "not measured: there is no redis-server here",
        "pgbench_without_read_model": None if bench.quick else _pgbench(bench, whole=False),
        **{name: _middle(rounds, name) for name in rounds[0]},
        "deliveries_to_plain": round(median(_deliveries(each) for each in rounds), 2),
    }


def _round(bench: Bench) -> dict[str, dict[str, Any]]:
    found = {"ours": _ours(bench, listeners=0), "more_listeners": _ours(bench, listeners=MORE_LISTENERS)}
    found["pgbench"] = _pgbench(bench, whole=True)
    return {**found, "textbook": _textbook(bench)} if bench.redis_url else found


def _ratio(rounds: Sequence[Mapping[str, Any]], rate: str, other: str) -> float:
    return round(median(_rate(each["ours"], "acked_per_s") / _rate(each[other], rate) for each in rounds), 3)


def _deliveries(found: Mapping[str, Any]) -> float:
    return _rate(found["more_listeners"], "events_per_s") / _rate(found["ours"], "acked_per_s")


def _middle(rounds: Sequence[Mapping[str, Any]], name: str) -> dict[str, Any]:
    rate = "events_per_s" if name == "pgbench" else "acked_per_s"
    middle: dict[str, Any] = sorted((each[name] for each in rounds), key=lambda found: _rate(found, rate))[ROUNDS // 2]
    return middle


def _ours(bench: Bench, *, listeners: int) -> dict[str, Any]:
    bench.say(f"messages: our server, {listeners} more listeners")
    with bench.server() as server:
        seats = stage.seats(rooms=bench.rooms, listeners=listeners)
        before = _count(bench)
        found = bench.measure(port=server.port, seats=seats, server=server.pid, window=WINDOW, runs=bench.runs_of_round)
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
        dsn=bench.dsn,
        rooms=bench.rooms,
        seconds=seconds,
        runs=bench.runs_of_round,
        postmaster=bench.postmaster,
        whole=whole,
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
            runs=bench.runs_of_round,
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
