"""The storms' checker has power: three ways of building that look right, really run, and what it says to each."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Final

import psycopg
import pytest

from tests.guarantees import unfenced_worker
from tests.guarantees.storm.checker import judge
from tests.guarantees.storm.history import DESK, MESSAGE, Copy, History, Row, Seen
from tests.guarantees.storm.run import Storm, weather
from tests.serving import ROOT

SHOP, ROOM = "acme", "conversation:a"
FORGETFUL: Final = (("synchronous_commit", "off"), ("wal_writer_delay", "10s"))


def kinds_found(history: History) -> set[str]:
    return {finding.kind for finding in judge(history=history)}


@pytest.mark.timeout(240)
def test_acks_before_the_disk_has_them_are_lost_with_the_postmaster() -> None:
    storm = Storm(
        seed=1,
        seconds=12,
        every_s=5,
        tenants=1,
        visitors=2,
        pause_s=0.3,
        only=frozenset({"kill everything"}),
        settings=FORGETFUL,
        gives_up_s=2,
    )
    said: list[str] = []
    outcome = asyncio.run(weather(storm=storm, say=said.append))
    assert outcome.faults["kill everything"] > 0
    assert "lost" in kinds_found(outcome.history), outcome.as_json()


def test_a_cursor_over_a_bare_sequence_skips_what_commits_late(database: str) -> None:
    """Two writers take a number each; the first one commits last, and a reader has been there in between."""
    table = f"bare_{os.urandom(4).hex()}"
    with psycopg.connect(database) as late, psycopg.connect(database) as early, psycopg.connect(database) as reader:
        reader.execute(f"CREATE TABLE public.{table} (position bigserial PRIMARY KEY, id text)")
        reader.commit()
        copy = Copy("reader", SHOP, DESK)
        late.execute(f"INSERT INTO public.{table} (id) VALUES ('m1')")
        early.execute(f"INSERT INTO public.{table} (id) VALUES ('m2')")
        for writer in (early, late):
            writer.commit()
            query = f"SELECT position, id FROM public.{table} WHERE position > %s ORDER BY position"
            copy.seen += [Seen(n, MESSAGE, id_, None) for n, id_ in reader.execute(query, [copy.last]).fetchall()]
            reader.rollback()
        rows = reader.execute(f"SELECT position, id FROM public.{table} ORDER BY position").fetchall()
        reader.execute(f"DROP TABLE public.{table}")
    log = [Row(ROOM, n, n, MESSAGE, id_, None) for n, id_ in rows]
    history = History(logs={SHOP: log}, copies=[copy])
    history.effects[SHOP].update(f"{row.topic} {row.seq}" for row in log)
    assert "holes" in kinds_found(history)


def test_an_effect_that_nothing_fences_happens_twice_when_its_worker_is_stopped(database: str, tmp_path: Path) -> None:
    """Stopped past its lease it goes on where it was: another one has done its work meanwhile."""
    effects = tmp_path / "effects"
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(unfenced_worker.TABLE)
    try:
        with _worker(database, effects) as first:
            assert _hear(first) == "leased"
            first.send_signal(signal.SIGSTOP)
            with _worker(database, effects) as second:
                assert _hear(second) == "leased", "the lease has run out"
                assert _finish(second) == "done"
            first.send_signal(signal.SIGCONT)
            assert _finish(first) == "done"
    finally:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("DROP TABLE public.leases")
    history = History(logs={SHOP: [Row(ROOM, 1, 1, MESSAGE, "m1", None)]})
    history.effects[SHOP] = Counter(effects.read_text().splitlines())
    assert [finding.detail for finding in judge(history=history) if finding.kind == "effects"] == [
        f"{SHOP}, {ROOM} 1: the worker's effect happened 2 times"
    ]


def _worker(dsn: str, effects: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.guarantees.unfenced_worker", dsn, str(effects), f"{ROOM} 1"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _hear(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout
    return worker.stdout.readline().strip()


def _finish(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdin
    worker.stdin.write("go\n")
    worker.stdin.flush()
    return _hear(worker)
