"""The database's own word on what happened: each tenant's whole log, the worker's effects, where the heads are."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from tests.guarantees.storm.history import DESK, MESSAGE, UNSEEN, History, Row
from tests.guarantees.storm.product import PREFIX

CONNECT_S: Final = 5


def read_schemas(*, dsn: str) -> dict[str, str]:
    """Answer each tenant's schema by its slug."""
    with psycopg.connect(dsn, connect_timeout=CONNECT_S) as connection:
        return dict(connection.execute("SELECT slug, schema FROM public.tenants").fetchall())


def read_heads(*, dsn: str, schemas: dict[str, str]) -> dict[tuple[str, str], int]:
    """Answer where every topic's log is, by slug and topic; the desk's is a position."""
    heads: dict[tuple[str, str], int] = {}
    with psycopg.connect(dsn, connect_timeout=CONNECT_S) as connection:
        for slug, schema in schemas.items():
            table = sql.Identifier(schema, "event")
            query = sql.SQL(
                "SELECT stream, max(seq), max(position) FROM {} WHERE kind <> ALL(%s) GROUP BY stream"
            ).format(table)
            for stream, seq, position in connection.execute(query, [list(UNSEEN)]).fetchall():
                heads[slug, topic_of(stream)] = seq
                heads[slug, DESK] = max(heads.get((slug, DESK), 0), position)
    return heads


def count_behind(*, dsn: str, schemas: dict[str, str]) -> int:
    """Answer how many of the worker's readers have not come to the end of their log: what follows is still to come."""
    behind = 0
    with psycopg.connect(dsn, connect_timeout=CONNECT_S) as connection:
        for schema in schemas.values():
            cursors = sql.Identifier(schema, "reader_cursor")
            query = sql.SQL(
                "SELECT count(*) FROM {} c, public.heads h WHERE h.schema = %s AND c.position < h.position"
            ).format(cursors)
            behind += (connection.execute(query, [schema]).fetchone() or (0,))[0]
    return behind


def count_missing_effects(*, dsn: str, schemas: dict[str, str]) -> int:
    """Answer how many messages the worker has still to take note of."""
    missing = 0
    with psycopg.connect(dsn, connect_timeout=CONNECT_S) as connection:
        for schema in schemas.values():
            event, contact = sql.Identifier(schema, "event"), sql.Identifier(schema, "contact")
            said = sql.SQL("SELECT count(*) FROM {} WHERE kind = %s").format(event)
            done = sql.SQL("SELECT count(DISTINCT name) FROM {} WHERE name LIKE %s").format(contact)
            missing += (connection.execute(said, [MESSAGE]).fetchone() or (0,))[0]
            missing -= (connection.execute(done, [f"{PREFIX}%"]).fetchone() or (0,))[0]
    return missing


def read_truth(*, dsn: str, schemas: dict[str, str], history: History) -> None:
    """Put every log and every effect into the history."""
    with psycopg.connect(dsn, connect_timeout=CONNECT_S) as connection:
        for slug, schema in schemas.items():
            event, contact = sql.Identifier(schema, "event"), sql.Identifier(schema, "contact")
            query = sql.SQL("SELECT stream, seq, position, kind, client_id, body ->> 'text' FROM {} ORDER BY position")
            rows = _rows(connection, query.format(event))
            history.logs[slug] = [_row(*row) for row in rows]
            query = sql.SQL("SELECT name FROM {} WHERE name LIKE %s")
            names = _rows(connection, query.format(contact), f"{PREFIX}%")
            history.effects[slug] = Counter(_effect(name) for (name,) in names)


def _rows(connection: psycopg.Connection, query: sql.Composed, *values: str) -> list[tuple[Any, ...]]:
    """Answer nothing where the tables are gone: who acks before the disk has it may lose a whole company."""
    try:
        with connection.transaction():
            return connection.execute(query, values or None).fetchall()
    except psycopg.errors.UndefinedTable:
        return []


def topic_of(stream: UUID) -> str:
    """Answer the topic of a stream: the staff side's id is odd."""
    return f"staff:{UUID(int=stream.int ^ 1)}" if stream.int & 1 else f"conversation:{stream}"


def _row(stream: UUID, seq: int, position: int, kind: str, client_id: str | None, text: str | None) -> Row:
    return Row(
        topic_of(stream), seq, position, kind, client_id if kind.startswith(("message.", "note.")) else None, text
    )


def _effect(name: str) -> str:
    stream, _, seq = name.removeprefix(PREFIX).partition(" ")
    return f"{topic_of(UUID(stream))} {seq}"
