"""The checks of the ground: sessions of the database, what its roles may do, rows that know whose they are."""

import asyncio
import random
import threading
from contextlib import ExitStack
from typing import Any, Final

import psycopg
from django.conf import settings
from django.db import ProgrammingError, connection, transaction

from conversations.contacts.models import Contact
from tenants import context
from tenants.context import WrongTenant, current_tenant, platform_context, tenant_context
from tenants.database.pool import TenantPool
from tests.architecture.probe.checks import Leak, refuse
from tests.architecture.probe.interleave.turns import hold, hop
from tests.architecture.probe.interleave.watch import watching
from tests.architecture.probe.mirror.company import Company

PRIVILEGES: Final = """
SELECT n.nspname || '.' || c.relname || ' ' || p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
    unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) p
WHERE c.relkind IN ('r', 'v', 'm', 'S', 'p') AND n.nspname !~ '^(pg_|information_schema)' AND n.nspname <> %(own)s
    AND has_schema_privilege(%(role)s, n.oid, 'USAGE') AND c.relkind <> 'S'
    AND has_any_column_privilege(%(role)s, c.oid, p)
UNION ALL
SELECT n.nspname || '.' || c.relname || ' ' || p FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
    unnest(ARRAY['DELETE', 'TRUNCATE']) p
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)' AND n.nspname <> %(own)s
    AND has_table_privilege(%(role)s, c.oid, p)
UNION ALL
SELECT 'schema ' || n.nspname FROM pg_namespace n
WHERE n.nspname !~ '^(pg_|information_schema|public$)' AND n.nspname <> %(own)s AND %(schemas)s
    AND has_schema_privilege(%(role)s, n.oid, 'USAGE')
ORDER BY 1
"""
# What the writer may do in every schema: the log's tables and what is projected from them. In public it reads heads.
WRITERS: Final = frozenset(
    {"event SELECT", "event INSERT", "stream SELECT", "stream UPDATE", "conversation SELECT", "conversation UPDATE"}
)


def check_sessions(ours: Company, theirs: Company, *, turns: int = 3) -> int:
    """Threads go from company to company: each statement runs as the company that asks, and reads its own."""
    wrong: list[str] = []

    def go(number: int) -> None:
        try:
            for _ in range(turns):
                hop([ours, theirs], random.Random(number))
                connection.close()
        except Exception as error:  # noqa: BLE001 - whatever stops it was not to happen
            wrong.append(f"{type(error).__name__}: {error}"[:300])
        finally:
            connection.close()

    with watching() as watch:
        threads = [threading.Thread(target=go, args=(n,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    refuse(watch.mismatches[:3] or wrong[:3], "sessions are mixed up")
    return watch.total


def check_pool(ours: Company, theirs: Company) -> int:
    """The asynchronous pool: one connection, asked for one company after the other."""
    text = "SELECT name FROM contact WHERE name LIKE 'canary%%' LIMIT 3"

    async def ask() -> int:
        async with TenantPool(settings.YUNKE_DATABASE_DSN, max_size=1) as pool:
            for n in range(20):
                company = (ours, theirs)[n % 2]
                hold(company, str(await pool.fetch(tenant=company.tenant, text=text, params={})))
                await pool.fetch(tenant=None, text="SELECT 1", params={})
        return 20

    with watching() as watch:
        try:
            asyncio.run(ask())
        except psycopg.Error as error:
            raise Leak(f"the pool asks as somebody else: {error}") from error
    refuse(watch.mismatches[:3], "the pool asks as somebody else")
    return watch.total


def check_returned(ours: Company) -> None:
    """What goes back to the pool is nobody's: borrow all that are there until the one that was given back is among."""
    asked = "SELECT pg_backend_pid(), current_setting('role'), coalesce(current_setting('app.tenant', true), '')"
    with tenant_context(ours.tenant), connection.cursor() as cursor:
        cursor.execute(asked)
        pid = cursor.fetchone()[0]
        pool: Any = getattr(connection, "pool")  # noqa: B009 # Django's stubs do not know pools
    connection.close()
    with ExitStack() as stack:
        for _ in range(pool.max_size):
            found = stack.enter_context(pool.connection(timeout=30)).execute(asked).fetchone()
            if found[0] == pid:
                refuse(found if found[1:] != ("none", "") else None, "a connection of the pool is still somebody's")
                return
    raise Leak("a connection did not come back")


def check_roles(ours: Company, theirs: Company) -> None:
    """What PostgreSQL itself allows a company's role, and the writer's: nothing of anybody else's."""
    ours_role, writer = ours.tenant.schema, settings.YUNKE_WRITER_ROLE
    refuse(_may(ours_role, own=ours_role, schemas=True), "a company's role may use")
    # Only in these companies and in public: what other tests leave in theirs is no company's.
    known = (ours_role, theirs.tenant.schema, settings.YUNKE_TEMPLATE_SCHEMA)
    parted = [one.partition(".") for one in _may(writer, own="")]
    found = {table for schema, _, table in parted if schema in known}
    found |= {f"public.{table}" for schema, _, table in parted if schema == "public"}
    refuse(sorted(found - WRITERS - {"public.heads SELECT"}), "the writer may use")
    with tenant_context(ours.tenant):
        for statement in (
            f'SELECT name FROM "{theirs.tenant.schema}".contact',
            f"SELECT public.head_position('{theirs.tenant.schema}')",
            f"SELECT public.take_positions(1, '{theirs.tenant.schema}')",
        ):
            _refused(statement)


def _may(role: str, *, own: str, schemas: bool = False) -> list[str]:
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(PRIVILEGES, {"role": role, "own": own, "schemas": schemas})
        return [name for (name,) in cursor.fetchall()]


def _refused(statement: str) -> None:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            transaction.set_rollback(True)
    except ProgrammingError as error:
        if isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege):
            return
        raise
    raise Leak(f"a company's role may run: {statement}")


def check_rows(ours: Company, theirs: Company) -> None:
    """Rows and querysets made for one are not used as another."""
    with tenant_context(ours.tenant):
        row, rows = Contact.objects.all()[0], Contact.objects.all()
        asked = Contact.objects.filter(name__contains=ours.mark)
        assert list(asked)
    for use in (row.save, row.refresh_from_db, lambda: list(rows), asked.count, lambda: asked[0]):
        try:
            with tenant_context(theirs.tenant), transaction.atomic():
                use()
                transaction.set_rollback(True)
        except WrongTenant:
            continue
        except Exception as error:
            raise Leak(f"a row of one company was used for another: {type(error).__name__}") from error
        raise Leak("a row or queryset of one company was used for another")


def check_commits(ours: Company, theirs: Company) -> None:
    """What is to be done after COMMIT is done for whoever asked for it."""
    done: list[object] = []
    with tenant_context(ours.tenant), transaction.atomic():
        Contact.objects.count()
        with tenant_context(theirs.tenant):
            context.on_commit(lambda: done.append(current_tenant()))
    refuse([one for one in done if one != theirs.tenant] or not done, "after COMMIT somebody else acts")
