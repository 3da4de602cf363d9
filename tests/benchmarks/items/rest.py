"""Item 6 and the list: posting and listing over REST by an API key, beside a bare Django view with raw psycopg."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from conversations.access.commands import make_key
from conversations.engine import statements as sql
from conversations.engine.projections import projection_parameters
from conversations.threads.projections import CONVERSATIONS
from tenants.context import tenant_context
from tenants.members.queries import get_members
from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.plan import HttpPlan
from tests.benchmarks.running import figures, generate, uvicorn

UNLIMITED = {"YUNKE_KEY_REQUESTS_A_MINUTE": "100000000", "YUNKE_TENANT_REQUESTS_A_MINUTE": "100000000"}
LIST = """
SELECT c.id, c.status, c.assignee, c.contact_id, k.name, c.inbox, c.started_at, c.last_at, c.last_text, c.last_author,
    c.public_seq, c.unread, c.contact_read_seq, c.member_read_seq
FROM {s}conversation c JOIN {s}contact k ON k.id = c.contact_id
WHERE c.last_author IS NOT NULL ORDER BY c.last_at DESC, c.id DESC LIMIT 50
"""
LISTED = 50


def measure_posts(bench: Bench) -> dict[str, object]:
    """Answer posts a second of both, and their ratio."""
    room = bench.rooms[0]
    path = f"/api/v1/conversations/{room.guest.conversation}/messages"
    ours = _ours(bench, "POST", path, json.dumps({"id": "ID", "text": stage.TEXT}))
    bare = _bare(bench, "POST", "/post", json.dumps({"text": stage.TEXT}))
    return {"ours": ours, "bare": bare, "ratio": _ratio(ours, bare)}


def measure_list(bench: Bench) -> dict[str, object]:
    """Answer the CPU of a list of 50 conversations in ours and in the bare one, and how many times as much it is."""
    stage.open_rooms(tenants=[bench.rooms[0].tenant], each=LISTED)
    ours = _ours(bench, "GET", f"/api/v1/conversations?limit={LISTED}", "")
    bare = _bare(bench, "GET", "/list", "")
    return {"ours": ours, "bare": bare, "times_as_much_cpu": round(1 / _cpu_ratio(ours, bare), 2)}


def _ours(bench: Bench, method: str, path: str, body: str) -> dict[str, Any]:
    bench.say(f"rest: our server, {method} {path.partition('?')[0]}")
    room = bench.rooms[0]
    headers = [f"Host: {room.tenant.slug}.localhost", f"Authorization: Bearer {_key(bench)}"]
    with bench.server(environment=UNLIMITED) as server:
        return _generate(bench, server.port, server.pid, method, path, body, headers)


def _bare(bench: Bench, method: str, path: str, body: str) -> dict[str, Any]:
    bench.say(f"rest: the bare view, {method} {path}")
    with statements(bench) as file, uvicorn("tests.benchmarks.bare:application", **environment(file)) as bare:
        return _generate(bench, bare.port, bare.pid, method, path, body, ["Host: localhost"])


def _generate(
    bench: Bench, port: int, server: int, method: str, path: str, body: str, headers: list[str]
) -> dict[str, Any]:
    plan = HttpPlan(
        port=port,
        method=method,
        paths=[path],
        headers=headers,
        body=body,
        **bench.times,
        watched={"server": [server], "postgres": [bench.postmaster]},
    )
    found = figures(generate(plan).runs)
    return {
        "requests_per_s": found["acked_per_s"],
        "latency_ms": found["latency_ms"],
        "cpu_ms_per_1000": found["cpu_ms_per_1000"],
    }


def _ratio(ours: dict[str, Any], bare: dict[str, Any]) -> float:
    return round(float(ours["requests_per_s"]) / float(bare["requests_per_s"]), 3)


def _cpu_ratio(ours: dict[str, Any], bare: dict[str, Any]) -> float:
    return float(bare["cpu_ms_per_1000"]["server"]) / float(ours["cpu_ms_per_1000"]["server"])


def _key(bench: Bench) -> str:
    tenant = bench.rooms[0].tenant
    owner = next(member for member in get_members(tenant=tenant) if member.may("keys.manage"))
    scopes = ["conversations.view", "conversations.reply", "personal:read"]
    with tenant_context(tenant):
        _, secret = make_key(name="bench", scopes=scopes, networks=[], expires_at=None, by=owner, now=datetime.now(UTC))
    return secret


def environment(file: Path) -> dict[str, str]:
    """Answer what the bare application finds in its environment."""
    return {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.bare", "BENCH_STATEMENTS": str(file)}


@contextmanager
def statements(bench: Bench) -> Iterator[Path]:
    """Write down for the bare application what it says to PostgreSQL: the statements of our own log."""
    room = bench.rooms[0]
    schema, conversation = room.tenant.schema, room.guest.conversation
    fields = {
        "streams": [conversation],
        "senders": [room.agent.id],
        "kinds": ["message.posted.v1"],
        "access": [None],
        "at": datetime.now(UTC).isoformat(),
        "schema": schema,
    }
    said = {
        "dsn": bench.dsn,
        "streams": [conversation],
        "lock": sql.qualified(sql.LOCK, schema),
        "append": sql.qualified(sql.APPEND, schema),
        "append_fields": fields,
        "projection": sql.qualified(CONVERSATIONS.catch_up, schema),
        "projection_fields": projection_parameters(subjects=[conversation]),
        "list": sql.qualified(LIST, schema),
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(said, file, default=_plain)
        file.flush()
        yield Path(file.name)


def _plain(value: object) -> object:
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value))
