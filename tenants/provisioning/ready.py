"""The pool of ready schemas: cloned ahead by the worker, taken at sign-up. An empty pool only costs the clone's time.

A ready schema has never had a customer: it is the one kind of schema that is dropped, when the template has moved on.
Whoever is killed in the middle of a batch leaves nothing of it: a batch is one transaction, roles and grants included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tenants.context import maintenance_context, platform_context
from tenants.database.clone import clone_many, template_state
from tenants.database.locks import READY, TEMPLATE, lock_key
from tenants.database.names import new_schema_name
from tenants.database.roles import create_schema, drop_schema

# After any GRANT each backend's next SET ROLE reads all roles anew, so one batch costs what one schema would.
BATCH: Final = 8
DEMAND_OF: Final = timedelta(minutes=10)
CHANNEL: Final = "yunke_ready"

TAKE: Final = """
DELETE FROM public.ready_schemas WHERE schema = (
    SELECT schema FROM public.ready_schemas WHERE state = %s ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING schema
"""
WAKE: Final = "SELECT pg_notify('yunke_ready', '')"
PUT: Final = "INSERT INTO public.ready_schemas (schema, state, made_at) VALUES (%s, %s, %s)"
COUNT: Final = "SELECT count(*) FROM public.ready_schemas WHERE state = %s"
STALE: Final = """
DELETE FROM public.ready_schemas WHERE schema IN (
    SELECT schema FROM public.ready_schemas WHERE state <> %s LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING schema
"""
SIGNED_UP: Final = "SELECT count(*) FROM public.tenants WHERE id >= %s AND id < %s"


def take_ready() -> str | None:
    """Take a schema that is as the template is now, or answer None. Call it inside the sign-up's own transaction.

    The lock keeps the template as it is until that transaction ends; if it rolls back, the schema is ready again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(TEMPLATE)])
        cursor.execute(TAKE, [template_state(cursor)])
        row = cursor.fetchone()
        cursor.execute(WAKE)
        return row[0] if row else None


def refill(*, now: datetime) -> int:
    """Drop what is stale and make what is wanted, at most BATCH of each; answer how many were made or dropped.

    One process at a time: whoever does not get the lock leaves it to the other.
    """
    return _drop_stale() + _make(now)


def _drop_stale() -> int:
    with _alone() as cursor:
        if cursor is None:
            return 0
        cursor.execute(STALE, [template_state(cursor), BATCH])
        stale = [schema for (schema,) in cursor.fetchall()]
        for schema in stale:
            drop_schema(cursor, schema=schema)
        return len(stale)


def _make(now: datetime) -> int:
    with _alone() as cursor:
        if cursor is None:
            return 0
        state = template_state(cursor)
        cursor.execute(COUNT, [state])
        ready = cursor.fetchone()[0]
        missing = count_wanted(cursor=cursor, now=now) - ready
        schemas = [new_schema_name() for _ in range(min(max(missing, 0), BATCH))]
        for schema in schemas:
            create_schema(cursor, schema=schema)
            cursor.execute(PUT, [schema, state, now])
        clone_many(cursor, schemas=schemas)
        return len(schemas)


@contextmanager
def _alone() -> Iterator[Any]:
    """Yield a cursor in a transaction in which nobody else fills the pool or changes the template; None if one does."""
    with (
        maintenance_context(schema=settings.YUNKE_TEMPLATE_SCHEMA),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(READY)])
        if not cursor.fetchone()[0]:
            yield None
            return
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(TEMPLATE)])
        yield cursor


def count_wanted(*, cursor: Any, now: datetime) -> int:
    """Answer how many should be ready: as many as were signed up in the last ten minutes, within the settings."""
    least, most = settings.YUNKE_READY_SCHEMAS, settings.YUNKE_MOST_READY_SCHEMAS
    if least <= 0:
        return 0
    cursor.execute(SIGNED_UP, [_first_id_of(now - DEMAND_OF), _first_id_of(now)])
    return int(max(least, min(cursor.fetchone()[0], most)))


def _first_id_of(moment: datetime) -> UUID:
    """Answer the least UUIDv7 of a moment: ids are in the order in which they were made, and indexed."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def count_ready() -> int:
    """Answer how many schemas can be taken at once."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(COUNT, [template_state(cursor)])
        return int(cursor.fetchone()[0])
