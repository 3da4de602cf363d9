"""`./dev replay`: real and odd dialogues, undisturbed and with the server killed; and its checks find what is wrong.

The real dialogues lie beside the repository; where they are not, the made ones are still played.
"""

import asyncio
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

from config.embedded.replay.dialogues import read_files
from config.embedded.replay.report import Report
from config.embedded.replay.run import Plan, replay
from config.embedded.replay.site import read_site
from tests.journeys.conftest import ROOT, Service

SHARED: Final = ROOT.parent / "shared/data/dialogues"
FILES: Final = ("star-en.jsonl.gz", "crosswoz-zh.jsonl.gz")
FROM_EACH: Final = 25
TENANTS: Final = 3
MESSAGE: Final = "message.posted.v1"
BAD: Final = (
    *("lost", "duplicated", "reordered", "altered", "leaked"),
    *("exposed", "holes", "undelivered", "unread", "refused"),
)

Tamper = Callable[[psycopg.Connection, list[str]], None]


def dialogue(*said: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"from": side, "text": text} for side, text in said], "mood": "a key that nobody knows"}


ODD: Final = [
    dialogue(("customer", "👩‍👩‍👧‍👦 🧡🇨🇳"), ("agent", "😀" * 8_000), ("customer", "👍🏽")),
    dialogue(("customer", "שלום, מה שלומך?"), ("agent", "مرحبا 123 \u200f(RTL)"), ("customer", "\u202etxet\u202c")),
    dialogue(("customer", "x" * 8_000), ("agent", "长" * 8_000)),
    dialogue(*[("customer", f"{n}") for n in range(40)], ("agent", "one at a time, please")),
    dialogue(*[("agent", "are you there?")] * 20),
    dialogue(("agent", "may I help you?"), ("customer", "no")),
    dialogue(("customer", "only this")),
    dialogue(("customer", "said twice"), ("customer", "said twice"), ("agent", '"quoted" \\ \t\n<b>&amp;')),
    dialogue(("customer", "before an empty one"), ("agent", "  \n"), ("customer", ""), ("agent", "after it")),
    dialogue(("customer", "")),
]


def write_odd(folder: Path) -> Path:
    path = folder / "odd.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in ODD) + "\n")
    return path


def write_real(folder: Path) -> list[Path]:
    """A part of each shared file, in the middle."""
    if not all((SHARED / name).exists() for name in FILES):
        pytest.skip(f"the shared dialogues are not in {SHARED}")
    for name in FILES:
        with gzip.open(SHARED / name, "rt") as whole, gzip.open(folder / name, "wt") as part:
            lines = whole.readlines()
            part.writelines(lines[len(lines) // 2 :][:FROM_EACH])
    return [folder / name for name in FILES]


def play(
    paths: list[Path], service: Service, dsn: str, between: Callable[[], None] | None = None, tenants: int = TENANTS
) -> Report:
    site = read_site(url=f"http://localhost:{service.port}")
    plan = Plan(read_files(paths=paths), site, dsn, tenants=tenants, concurrency=16, speed=None)
    return asyncio.run(replay(plan=plan, between=between))


def start_command(paths: list[Path], service: Service, dsn: str, json_path: Path) -> subprocess.Popen[str]:
    options = ["--url", f"http://localhost:{service.port}", "--tenants", str(TENANTS), "--json", str(json_path)]
    command = [sys.executable, "-P", "-m", "config.embedded.replay", *map(str, paths), *options]
    environment = {**os.environ, "DATABASE_URL": dsn}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=subprocess.STDOUT, text=True)


def assert_clean(report: dict[str, Any]) -> None:
    assert report["details"] == []
    assert {kind: report[kind] for kind in BAD} == dict.fromkeys(BAD, 0)
    assert report["acked"] == report["messages"]
    assert report["checked"] == ["live", "second connection", "database"]


@pytest.mark.timeout(180)
def test_odd_dialogues_arrive_as_they_were_sent(service: Service, database: str, tmp_path: Path) -> None:
    report = play([write_odd(tmp_path)], service, database)
    assert_clean(report.as_json())
    assert report.status == 0
    assert report.library.left_out == {"empty message": 3, "dialogue without a message to play": 1}
    assert report.tally.notes == 3
    assert "empty message" in report.as_text()


@pytest.mark.timeout(180)
def test_real_dialogues_in_english_and_chinese_arrive_as_they_were_sent(
    service: Service, database: str, tmp_path: Path
) -> None:
    report = play(write_real(tmp_path), service, database)
    assert_clean(report.as_json())
    assert report.as_json()["dialogues"] == len(FILES) * FROM_EACH


@pytest.mark.timeout(240)
def test_a_server_killed_in_the_middle_costs_only_time(service: Service, database: str, tmp_path: Path) -> None:
    paths = [write_odd(tmp_path)] * 5
    json_path = tmp_path / "report.json"
    before = positions(database)
    with start_command(paths, service, database, json_path) as running:
        await_growth(database, before=before, events=120)
        service.kill()
        time.sleep(0.5)
        service.start()
        said, _ = running.communicate(timeout=200)
    report = json.loads(json_path.read_text())
    assert_clean(report)
    assert running.returncode == 0, said
    assert report["reconnects"] > 0
    assert "everything is where it belongs" in said


def positions(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        return int(value(connection, "SELECT coalesce(sum(position), 0) FROM public.heads"))


def await_growth(dsn: str, *, before: int, events: int) -> None:
    until = time.monotonic() + 60
    while positions(dsn) < before + events:
        assert time.monotonic() < until
        time.sleep(0.05)


# --- The checks have power: whatever is broken on purpose in the tables is found --------------------------------------

PICK = f"SELECT stream FROM {{s}}.event WHERE kind = '{MESSAGE}' GROUP BY stream ORDER BY count(*) DESC LIMIT 1"
COPY = """
    INSERT INTO {to}.event (stream, seq, position, kind, sender, client_id, body, at)
    SELECT '{stream}', (SELECT max(seq) + 1 FROM {to}.event WHERE stream = '{stream}'),
           (SELECT max(position) + 1 FROM {to}.event), kind, sender, {client_id}, {body}, at
    FROM {s}.event WHERE stream = '{source}' AND kind = '{kind}' ORDER BY seq LIMIT 1
"""
SEEN = """
    UPDATE {s}.stream SET seq = (SELECT max(seq) FROM {s}.event WHERE stream = id) WHERE id = '{stream}';
    UPDATE public.heads SET position = (SELECT max(position) FROM {s}.event) WHERE schema = '{s}'
"""


def value(connection: psycopg.Connection, question: str) -> Any:
    row = connection.execute(question.encode()).fetchone()
    assert row
    return row[0]


def insert_copy(connection: psycopg.Connection, *, s: str, to: str, source: Any, stream: Any, **how: str) -> None:
    filled = {"client_id": "NULL", "body": "body", "kind": MESSAGE, **how}
    connection.execute(COPY.format(s=s, to=to, source=source, stream=stream, **filled).encode())
    for statement in SEEN.format(s=to, stream=stream).split(";"):
        connection.execute(statement.encode())


def delete_one(connection: psycopg.Connection, schemas: list[str]) -> None:
    s = schemas[0]
    stream = value(connection, PICK.format(s=s))
    connection.execute(f"DELETE FROM {s}.event WHERE stream = '{stream}' AND seq = 3".encode())


def swap_two_texts(connection: psycopg.Connection, schemas: list[str]) -> None:
    s = schemas[0]
    stream = value(connection, PICK.format(s=s))
    of_message = f"{s}.event WHERE stream = '{stream}' AND kind = '{MESSAGE}' ORDER BY seq"
    first, second = value(connection, f"SELECT array_agg(seq) FROM (SELECT seq FROM {of_message} LIMIT 2) two")
    for seq, other in ((first, f"{second} text"), (second, f"{first} text")):
        change = f"jsonb_set(body, '{{text}}', to_jsonb('{other}'::text))"
        connection.execute(f"UPDATE {s}.event SET body = {change} WHERE stream = '{stream}' AND seq = {seq}".encode())


def swap_two_places(connection: psycopg.Connection, schemas: list[str]) -> None:
    s = schemas[0]
    stream = value(connection, PICK.format(s=s))
    for seq, to in ((2, 1_000_000), (3, 2), (1_000_000, 3)):
        connection.execute(f"UPDATE {s}.event SET seq = {to} WHERE stream = '{stream}' AND seq = {seq}".encode())


def duplicate_one(connection: psycopg.Connection, schemas: list[str]) -> None:
    stream = value(connection, PICK.format(s=schemas[0]))
    insert_copy(connection, s=schemas[0], to=schemas[0], source=stream, stream=stream)


def copy_to_another_tenant(connection: psycopg.Connection, schemas: list[str]) -> None:
    source, stream = (value(connection, PICK.format(s=s)) for s in schemas[:2])
    insert_copy(connection, s=schemas[0], to=schemas[1], source=source, stream=stream, client_id="client_id")


def copy_without_id_to_another_tenant(connection: psycopg.Connection, schemas: list[str]) -> None:
    source, stream = (value(connection, PICK.format(s=s)) for s in schemas[:2])
    insert_copy(connection, s=schemas[0], to=schemas[1], source=source, stream=stream)


def show_a_note_to_its_visitor(connection: psycopg.Connection, schemas: list[str]) -> None:
    kind = "note.posted.v1"
    s = next(s for s in schemas if value(connection, f"SELECT count(*) FROM {s}.event WHERE kind = '{kind}'"))
    source = value(connection, f"SELECT stream FROM {s}.event WHERE kind = '{kind}' LIMIT 1")
    stream = value(connection, PICK.format(s=s))
    insert_copy(connection, s=s, to=s, source=source, stream=stream, kind=kind)


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("tamper", "finds"),
    [
        (delete_one, {"lost": 1, "holes": 2}),  # its seq and its position
        (swap_two_texts, {"altered": 2}),
        (swap_two_places, {"reordered": 2}),
        (duplicate_one, {"duplicated": 1}),
        (copy_to_another_tenant, {"leaked": 1}),
        (copy_without_id_to_another_tenant, {"leaked": 1}),
        (show_a_note_to_its_visitor, {"exposed": 1}),
    ],
)
def test_what_is_broken_in_the_tables_is_found(
    service: Service, database: str, tmp_path: Path, tamper: Tamper, finds: dict[str, int]
) -> None:
    path = tmp_path / "few.jsonl"
    texts = [[("customer", f"{n} asks {k}") for k in range(3)] + [("agent", f"{n} is answered")] for n in range(3)]
    path.write_text("".join(json.dumps(dialogue(*said)) + "\n" for said in texts))

    def break_it() -> None:
        newest = "SELECT schema FROM public.tenants WHERE slug LIKE 'replay-%' ORDER BY created_at DESC LIMIT 2"
        with psycopg.connect(database) as connection:
            schemas = [schema for (schema,) in connection.execute(newest.encode()).fetchall()]
            for schema in schemas:  # the last read marks may be on their way
                connection.execute(f"LOCK TABLE {schema}.event IN EXCLUSIVE MODE".encode())
            tamper(connection, schemas)

    report = play([path], service, database, between=break_it, tenants=2)
    found = report.as_json()
    assert report.status == 1
    assert {kind: found[kind] for kind in BAD if found[kind]} == finds, found["details"]
    assert "SOMETHING IS WRONG" in report.as_text()
