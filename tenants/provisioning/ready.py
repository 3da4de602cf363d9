"""The pool of ready schemas: cloned ahead by the worker, taken at sign-up. An empty pool only costs the clone's time.

A ready schema has never had a customer: it is the one kind of schema that is dropped, when the template has moved on.
"""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction

from tenants.context import maintenance_context, platform_context
from tenants.database.clone import clone_template, template_state
from tenants.database.locks import READY, TEMPLATE, lock_key
from tenants.database.names import new_schema_name
from tenants.database.roles import create_schema, drop_schema

BATCH: Final = 8

TAKE: Final = """
DELETE FROM public.ready_schemas WHERE schema = (
    SELECT schema FROM public.ready_schemas WHERE state = %s ORDER BY made_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING schema
"""
PUT: Final = "INSERT INTO public.ready_schemas (schema, state, made_at) VALUES (%s, %s, %s)"
COUNT: Final = "SELECT count(*) FROM public.ready_schemas WHERE state = %s"
STALE: Final = "DELETE FROM public.ready_schemas WHERE state <> %s RETURNING schema"


def take_ready() -> str | None:
    """Take a schema that is as the template is now, or answer None. Call it inside the sign-up's own transaction.

    The lock keeps the template as it is until that transaction ends; if it rolls back, the schema is ready again.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(TEMPLATE)])
        cursor.execute(TAKE, [template_state(cursor)])
        row = cursor.fetchone()
        return row[0] if row else None


def refill(*, now: datetime) -> int:
    """Drop what is stale and clone until enough are ready, at most BATCH; answer how many were made."""
    made = 0
    while made < BATCH and _refill_one(now):
        made += 1
    return made


def _refill_one(now: datetime) -> bool:
    """Make one if one is wanted. One process at a time: whoever does not get the lock leaves it to the other."""
    with (
        maintenance_context(schema=settings.YUNKE_TEMPLATE_SCHEMA),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_key(READY)])
        if not cursor.fetchone()[0]:
            return False
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(TEMPLATE)])
        state = template_state(cursor)
        _drop_stale(cursor, state)
        cursor.execute(COUNT, [state])
        if cursor.fetchone()[0] >= settings.YUNKE_READY_SCHEMAS:
            return False
        schema = new_schema_name()
        create_schema(cursor, schema=schema)
        cursor.execute(PUT, [schema, state, now])
        clone_template(cursor, schema=schema)
        return True


def _drop_stale(cursor: Any, state: str) -> None:
    cursor.execute(STALE, [state])
    for (schema,) in cursor.fetchall():
        drop_schema(cursor, schema=schema)


def count_ready() -> int:
    """Answer how many schemas can be taken at once."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(COUNT, [template_state(cursor)])
        return int(cursor.fetchone()[0])
