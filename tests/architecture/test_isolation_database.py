"""isolation.md, the database session: it is always the tenant's of the running code, or nothing runs."""

import asyncio
import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.db import ProgrammingError, connection, connections, transaction
from psycopg_pool import ConnectionPool

from conversations.definitions.models import Definition
from tenants.context import (
    NoTenant,
    TenantRef,
    TenantSwitch,
    current_tenant,
    find_scope,
    maintenance_context,
    on_commit,
    platform_context,
    tenant_context,
)
from tenants.database.base import reset_session
from tenants.database.locks import lock_key
from tenants.database.pool import TenantPool
from tests.conftest import MakeTenant
from tests.rows import KIND, put, texts

ROUNDS = 40


def session() -> tuple[str, str, str]:
    """What the server says this session is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('search_path'), current_setting('role'), current_setting('app.tenant')")
        row: tuple[str, str, str] = cursor.fetchone()
        return row


def expected(tenant: TenantRef) -> tuple[str, str, str]:
    return (f'"{tenant.schema}"', tenant.schema, str(tenant.id))


def _fail_after(_row: Definition) -> None:
    raise ZeroDivisionError


@pytest.fixture
def two(make_tenant: MakeTenant) -> tuple[TenantRef, TenantRef]:
    """Two tenants, each with a row that says whose it is, and no connection left over from making them."""
    pair = make_tenant(), make_tenant()
    for tenant in pair:
        put(tenant=tenant, text=tenant.slug)
    connection.close()
    return pair


def test_threads_that_change_tenants_read_only_their_own(two: tuple[TenantRef, TenantRef]) -> None:
    def work(seed: int) -> list[tuple[str, list[str]]]:
        chosen = random.Random(seed)
        try:
            return [(tenant.slug, texts(tenant=tenant)) for tenant in chosen.choices(two, k=ROUNDS)]
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=8) as pool:
        for read in pool.map(work, range(8)):
            assert all(found == [slug] for slug, found in read)


@pytest.mark.asyncio
async def test_coroutines_that_share_threads_read_only_their_own(two: tuple[TenantRef, TenantRef]) -> None:
    def read() -> list[str]:
        try:
            return [row.body["text"] for row in Definition.objects.filter(kind=KIND)]
        finally:
            connection.close()

    async def work(tenant: TenantRef) -> None:
        with tenant_context(tenant):
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
                assert await sync_to_async(read, thread_sensitive=False)() == [tenant.slug]
                assert current_tenant() == tenant

    await asyncio.gather(*(work(tenant) for tenant in two * 4))


@pytest.mark.asyncio
async def test_a_connection_kept_between_calls_follows_the_coroutine(two: tuple[TenantRef, TenantRef]) -> None:
    """The stock failure: set in one call, asked in a later one, on the one thread that all share."""
    read = sync_to_async(session)
    one, other = two
    with tenant_context(one):
        assert await read() == expected(one)

    async def meanwhile() -> None:
        with tenant_context(other):
            assert await read() == expected(other)

    with tenant_context(one):
        await asyncio.create_task(meanwhile())
        assert await read() == expected(one)
    await sync_to_async(connections.close_all)()


def test_nothing_set_is_an_error_and_never_public(database: str) -> None:
    connection.close()
    assert find_scope() is None
    with pytest.raises(NoTenant):
        Definition.objects.count()
    with pytest.raises(NoTenant), connection.cursor():
        pass
    with pytest.raises(NoTenant), transaction.atomic():
        pass
    with pytest.raises(NoTenant):
        current_tenant()


def test_the_platform_has_no_current_tenant(platform: None) -> None:
    assert session()[:2] == ("public", "none")
    with pytest.raises(NoTenant):
        current_tenant()


@pytest.mark.parametrize("inner", [lambda pair: tenant_context(pair[1]), lambda _: platform_context()])
def test_a_switch_inside_a_transaction_is_refused(
    two: tuple[TenantRef, TenantRef], inner: Callable[[Any], Any]
) -> None:
    with tenant_context(two[0]), transaction.atomic():
        assert texts(tenant=two[0]) == [two[0].slug]
        with inner(two), pytest.raises(TenantSwitch):
            connection.cursor()
        with inner(two), pytest.raises(TenantSwitch), transaction.atomic():
            session()
        assert session() == expected(two[0])
    assert texts(tenant=two[1]) == [two[1].slug]


def test_a_transaction_begun_by_hand_is_guarded_too(two: tuple[TenantRef, TenantRef]) -> None:
    with tenant_context(two[0]):
        transaction.set_autocommit(False)
        try:
            session()
            with tenant_context(two[1]), pytest.raises(TenantSwitch):
                session()
        finally:
            transaction.rollback()
            transaction.set_autocommit(True)
        assert session() == expected(two[0])


def test_a_rollback_neither_loses_nor_brings_back_a_tenant(two: tuple[TenantRef, TenantRef]) -> None:
    one, other = two
    with tenant_context(one):
        session()
    with tenant_context(other):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _fail_after(put(tenant=other, text="gone", key="gone"))
        assert session() == expected(other)
        assert texts(tenant=other) == [other.slug]
    with tenant_context(one):
        assert session() == expected(one)


def test_a_savepoint_rolled_back_neither_loses_nor_brings_back_a_tenant(two: tuple[TenantRef, TenantRef]) -> None:
    one, other = two
    with platform_context():
        session()
    with tenant_context(one), transaction.atomic():
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM no_such_table")
        assert session() == expected(one)
        put(tenant=one, text="kept", key="l")
    assert texts(tenant=one) == [one.slug, "kept"]
    assert texts(tenant=other) == [other.slug]


def test_the_first_statement_of_a_connection_may_be_a_transaction_that_fails(two: tuple[TenantRef, TenantRef]) -> None:
    connection.close()
    with tenant_context(two[0]):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            raise ZeroDivisionError
        assert session() == expected(two[0])


def test_a_connection_lost_and_opened_again_is_set_again(two: tuple[TenantRef, TenantRef]) -> None:
    with tenant_context(two[0]):
        session()
        connection.close()
        assert session() == expected(two[0])


def test_what_goes_back_to_the_pool_is_nobodys(database: str, tenant: TenantRef) -> None:
    with ConnectionPool(
        database, min_size=1, max_size=1, reset=reset_session, kwargs={"autocommit": True}, open=True
    ) as pool:
        with pool.connection() as used:
            pid = used.info.backend_pid
            used.execute("SELECT set_config('role', %s, false)", [tenant.schema])
            used.execute("SELECT set_config('search_path', %s, false)", [tenant.schema])
            used.execute("SELECT set_config('app.tenant', 'x', false), pg_advisory_lock(%s)", [lock_key("test")])
            used.execute("LISTEN hints")
        with pool.connection() as again:
            assert again.info.backend_pid == pid
            row = again.execute(
                "SELECT current_setting('role'), current_setting('app.tenant', true),"
                " current_setting('search_path'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                " AND pid = pg_backend_pid()), (SELECT count(*) FROM pg_listening_channels())"
            ).fetchone()
            assert row == ("none", "", '"$user", public', 0, 0)


def test_djangos_pool_resets_and_keeps_the_time_zone(database: str, tenant: TenantRef) -> None:
    with tenant_context(tenant):
        session()
        pool: Any = getattr(connection, "pool")  # noqa: B009 # Django's stubs do not know pools
        assert pool._reset is reset_session
    connection.close()
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SHOW TimeZone")
        assert cursor.fetchone() == ("UTC",)


def test_on_commit_runs_as_whoever_asked_for_it(two: tuple[TenantRef, TenantRef]) -> None:
    seen: list[object] = []
    one, other = two
    with tenant_context(one), transaction.atomic():
        on_commit(lambda: seen.append((current_tenant(), texts(tenant=current_tenant()))))
        with tenant_context(other):
            on_commit(lambda: seen.append(current_tenant()))
    assert seen == [(one, [one.slug]), other]


def test_a_statement_that_runs_too_long_is_stopped(tenant: TenantRef) -> None:
    with tenant_context(tenant), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("15s",)
    with maintenance_context(schema=tenant.schema), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_the_ways_of_django_tenants_are_refused(database: str) -> None:
    for way in ("set_tenant", "set_schema", "set_schema_to_public"):
        with pytest.raises(TenantSwitch):
            getattr(connection, way)("t_x")


@pytest.mark.asyncio
async def test_the_async_pool_gives_each_its_own(database: str, two: tuple[TenantRef, TenantRef]) -> None:
    query = "SELECT body->>'text' FROM definition WHERE kind = %(kind)s"

    async def work(pool: TenantPool, tenant: TenantRef) -> None:
        for _ in range(ROUNDS):
            assert await pool.fetch(tenant=tenant, text=query, params={"kind": KIND}) == [(tenant.slug,)]

    async with TenantPool(database, max_size=2) as pool:
        await asyncio.gather(*(work(pool, tenant) for tenant in two * 3))
        shown = "SELECT current_setting('role'), current_setting('search_path')"
        assert await pool.fetch(tenant=None, text=shown, params={}) == [("none", "public")]


@pytest.mark.asyncio
async def test_the_async_pool_survives_the_end_of_its_connections(database: str, tenant: TenantRef) -> None:
    async with TenantPool(database, max_size=2) as pool:
        asked = "SELECT pg_backend_pid()"
        pids = {(await pool.fetch(tenant=None, text=asked, params={}))[0][0] for _ in range(8)}
        with psycopg.connect(database) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) pid", [sorted(pids)])
        again = await pool.fetch(tenant=tenant, text=asked, params={})
        assert again[0][0] not in pids
