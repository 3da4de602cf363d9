"""PostgreSQL's own limit: pgbench says what the writer says, 32 events to a commit, and nobody else is there."""

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import psycopg
from django.conf import settings
from psycopg import conninfo

from config.embedded.binaries import find_binaries
from conversations.engine import statements
from conversations.threads.projections import CONVERSATIONS
from tests.benchmarks.machine import SERVER_CORE, pin, watch
from tests.benchmarks.stage import TEXT, Room

EVENTS: Final = 32
CLIENTS: Final = 4
TPS: Final = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
# As the writer's connection has them: see conversations/engine/lane.py.
OPTIONS: Final = (
    "plan_cache_mode=force_generic_plan",
    "enable_seqscan=off",
    "enable_hashjoin=off",
    "enable_mergejoin=off",
)


def measure(
    *, dsn: str, rooms: Sequence[Room], seconds: int, runs: int, postmaster: int, whole: bool = True
) -> dict[str, object]:
    """Answer events a second; `whole`: with the read model, as each of our commits; else lock and append alone."""
    program = find_binaries(major=None).program("pgbench")
    with tempfile.TemporaryDirectory() as folder, psycopg.connect(dsn) as connection:
        text = statements.append_fresh(strides=[CONVERSATIONS.stride] if whole else [])
        files = [_write(Path(folder), connection, group, text) for group in _by_tenant(rooms).values()]
        found = [_run(program, dsn, files, seconds, postmaster) for _ in range(runs)]
    rates = [rate for rate, _ in found]
    return {
        "events_per_s": round(median(rates), 1),
        "spread": [round(min(rates), 1), round(max(rates), 1)],
        "cpu_ms_per_1000": {"postgres": round(median(cost for _, cost in found), 1)},
    }


def _run(program: str, dsn: str, files: Sequence[Path], seconds: int, postmaster: int) -> tuple[float, float]:
    role = [f"-c role={settings.YUNKE_WRITER_ROLE}", *(f"-c {option}" for option in OPTIONS)]
    given = {key: str(value) for key, value in conninfo.conninfo_to_dict(dsn).items()}
    command = [program, "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "1", "-T", str(seconds)]
    command += [part for file in files for part in ("-f", str(file))]
    environment = {
        **os.environ,
        "PGHOST": given.get("host", ""),
        "PGUSER": given.get("user", ""),
        "PGPORT": given.get("port", "5432"),
        "PGPASSWORD": given.get("password", ""),
        "PGOPTIONS": " ".join(role),
    }
    before = watch({"postgres": [postmaster]})["postgres"]
    child = subprocess.Popen([*command, given["dbname"]], env=environment, stdout=subprocess.PIPE, text=True)
    pin(child.pid, SERVER_CORE)
    # The clients' sessions are gone when it ends, and their CPU seconds with them: look just before.
    with suppress(subprocess.TimeoutExpired):
        child.wait(timeout=seconds - 0.2)
    spent = watch({"postgres": [postmaster]})["postgres"] - before
    said, _ = child.communicate()
    found = TPS.search(said)
    if child.returncode or not found:
        raise RuntimeError(f"pgbench failed: {said[-500:]}")
    rate = float(found[1]) * EVENTS
    return rate, 1e6 * spent / (rate * (seconds - 0.2))


def _by_tenant(rooms: Sequence[Room]) -> dict[str, list[Room]]:
    groups: dict[str, list[Room]] = {}
    for room in rooms:
        groups.setdefault(room.tenant.schema, []).append(room)
    return groups


def _write(folder: Path, connection: psycopg.Connection, rooms: Sequence[Room], append: str) -> Path:
    """One tenant's script: its conversations in turn, new client ids each time."""
    schema = rooms[0].tenant.schema
    chosen = [rooms[n % len(rooms)] for n in range(EVENTS)]
    streams = [room.guest.conversation for room in chosen]
    subjects = sorted(set(streams))
    body = msgspec.json.encode({"author": "contact", "name": "Ada", "text": TEXT, "files": []}).decode()
    places = [subjects.index(stream) + 1 for stream in streams]
    fields: dict[str, Any] = {
        "streams": subjects,
        "access": [1] * len(subjects),
        "counts": [streams.count(subject) for subject in subjects],
        "total": EVENTS,
        "places": places,
        "offsets": [places[: n + 1].count(place) for n, place in enumerate(places)],
        "senders": [room.guest.actor.id for room in chosen],
        "client_ids": "IDS",
        "kinds": ["message.posted.v1"] * EVENTS,
        "bodies": [body] * EVENTS,
        "at": "NOW",
        "schema": schema,
    }
    texts = [
        _said(connection, statements.LOCK, schema, {"streams": subjects}),
        _said(connection, append, schema, fields),
    ]
    ids = f"(SELECT array_agg(:r || '-' || n) FROM generate_series(1, {EVENTS}) n)"
    body_of_script = ";\n".join(texts).replace("'IDS'", ids).replace("'NOW'", "now()")
    file = folder / f"{schema}.sql"
    file.write_text(f"\\set r random(1, 1000000000000000)\nBEGIN;\n{body_of_script};\nCOMMIT;\n")
    return file


def _said(connection: psycopg.Connection, text: str, schema: str, fields: Mapping[str, Any]) -> str:
    """Answer a statement with its values in it: pgbench then prepares it as a whole."""
    return psycopg.ClientCursor(connection).mogrify(statements.qualified(text, schema), fields).strip()
