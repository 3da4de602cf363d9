"""A database that is there and not heard any more: everything that waits for it gives up in time and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import conninfo
from psycopg_pool import ConnectionPool, PoolTimeout

from config.settings.database import database_settings
from conversations.engine import lane as lane_module
from conversations.engine.bus import postgres as bus_module
from conversations.engine.bus.postgres import PostgresBus, PostgresEar
from conversations.engine.hints import Hint, Signal
from conversations.engine.streams import new_subject
from tenants.context import TenantRef, platform_context
from tenants.database import pool as pool_module
from tenants.database.patient import IDLE_S, PatientConnection
from tenants.database.pool import TenantPool
from tests.apps.engine.logs import CommandLog
from tests.apps.engine.writing import Trial, read_texts, until
from tests.guarantees.storm.proxy import Address, FaultProxy
from tests.peer import apart
from tests.serving import free_port

HANGS_S = 0.4
AWAY_S = 8.0  # as psycopg's pool doubles its pauses, it would look again 7 s after the end of this
BACK_S = 4.0


@asynccontextmanager
async def proxied(database: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FaultProxy]:
    """Lead the product to its database through a proxy, and let it be impatient."""
    given = conninfo.conninfo_to_dict(database)
    host, port = str(given.get("host") or "127.0.0.1"), int(given.get("port") or 5432)
    is_local = host.startswith("/")
    target: Address = Path(host) / f".s.PGSQL.{port}" if is_local else port
    listen: Address = folder / ".s.PGSQL.5432" if is_local else free_port()
    through = {"host": str(folder), "port": "5432"} if is_local else {"host": "127.0.0.1", "port": str(listen)}
    monkeypatch.setattr(settings, "YUNKE_DATABASE_DSN", conninfo.make_conninfo(database, **through))
    for module, name in ((lane_module, "HANGS_S"), (pool_module, "HANGS_S"), (bus_module, "_HANGS_S")):
        monkeypatch.setattr(module, name, HANGS_S)
    monkeypatch.setattr(bus_module, "_SILENCE_S", HANGS_S)
    proxy = FaultProxy(listen=listen, target=target, rng=Random(1))
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.stop()


@pytest.mark.asyncio
async def test_the_writer_writes_over_another_connection(
    tenant: TenantRef, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = new_subject()
    await apart(lambda: CommandLog(tenant=tenant).open_streams(subject=subject))
    async with proxied(database, tmp_path, monkeypatch) as proxy, Trial() as trial:
        await trial.send(tenant, subject, "before")
        await trial.settled()
        proxy.lose("out")
        await trial.send(tenant, subject, "unheard")
        await trial.settled()
        proxy.lose("in", "out")
        await trial.send(tenant, subject, "unsaid")
        await trial.settled()
        names = ["before", "unheard", "unsaid"]
        # What nobody heard of had been said whole, so it was written; said again, it is found.
        assert [trial.outcome(tenant, name).verdict for name in names] == ["new", "repeat", "new"]
        assert await read_texts(tenant) == names


@pytest.mark.asyncio
async def test_the_pool_asks_over_another_connection(
    tenant: TenantRef, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        proxied(database, tmp_path, monkeypatch) as proxy,
        TenantPool(settings.YUNKE_DATABASE_DSN, max_size=2) as pool,
    ):
        for _ in range(2):
            proxy.lose("in", "out")
            async with asyncio.timeout(8 * HANGS_S + 5):
                assert await pool.fetch(tenant=tenant, text="SELECT 1", params={}) == [(1,)]


@pytest.mark.asyncio
async def test_the_bus_listens_over_another_connection(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Signal] = []
    resyncs: list[None] = []
    async with proxied(database, tmp_path, monkeypatch) as proxy:
        bus, other = PostgresBus(dsn=settings.YUNKE_DATABASE_DSN), PostgresBus(dsn=database)
        await bus.start(listener=heard.append, resync=lambda: resyncs.append(None))
        await other.start(listener=lambda _: None, resync=lambda: None)
        await until(lambda: len(resyncs) == 1)
        proxy.lose("in", "out")
        await until(lambda: len(resyncs) == 2)
        other.publish([Hint(schema="x", position=1, origin=other.origin)])
        await until(lambda: bool(heard))
        await bus.stop()
        await other.stop()
    assert heard == [Hint(schema="x", position=1, origin=other.origin)]


@pytest.mark.asyncio
async def test_what_was_away_for_long_is_used_as_soon_as_it_is_back(
    tenant: TenantRef, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = database_settings(url=database, pool_size=2)["DATABASES"]["default"]["OPTIONS"]["pool"]
    async with proxied(database, tmp_path, monkeypatch) as proxy:
        dsn = settings.YUNKE_DATABASE_DSN
        async with TenantPool(dsn, max_size=2) as live:
            web = await asyncio.to_thread(lambda: ConnectionPool(dsn, open=True, **options))
            proxy.shut = True
            proxy.reset_all()
            until_ = asyncio.get_running_loop().time() + AWAY_S
            while asyncio.get_running_loop().time() < until_:
                with pytest.raises((psycopg.Error, PoolTimeout)):
                    await live.fetch(tenant=tenant, text="SELECT 1", params={})
            proxy.shut = False
            async with asyncio.timeout(BACK_S):
                await live.fetch(tenant=tenant, text="SELECT 1", params={})
                await asyncio.to_thread(_ask, web)
            await asyncio.to_thread(web.close)


@pytest.mark.asyncio
async def test_commands_and_ears_give_a_database_up_that_is_not_heard(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = database_settings(url=database, pool_size=2)["DATABASES"]["default"]["OPTIONS"]["pool"] | {"min_size": 2}
    monkeypatch.setattr(PatientConnection, "patience_s", HANGS_S)
    async with proxied(database, tmp_path, monkeypatch) as proxy:
        dsn = settings.YUNKE_DATABASE_DSN
        web = await asyncio.to_thread(lambda: ConnectionPool(dsn, open=True, **options))
        ear = await asyncio.to_thread(lambda: PostgresEar(dsn=dsn))
        await asyncio.to_thread(web.wait)
        proxy.lose("in", "out")
        async with asyncio.timeout(10 * HANGS_S):
            with pytest.raises(psycopg.OperationalError):
                await asyncio.to_thread(_ask, web)
            await asyncio.to_thread(_ask, web)
            with pytest.raises(psycopg.OperationalError):
                await asyncio.to_thread(_listen, ear)
        await asyncio.to_thread(web.close)


def test_who_does_not_go_on_with_a_transaction_holds_no_lock_for_good(database: str) -> None:
    """What a lost machine had locked is let go by PostgreSQL itself, which cannot know that it is lost."""
    with platform_context(), connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == (f"{IDLE_S}s",)


@pytest.mark.asyncio
async def test_whoever_is_cancelled_leaves_their_place_in_the_pool(database: str) -> None:
    async with TenantPool(database, max_size=1) as pool:
        for n in range(12):
            asking = asyncio.create_task(pool.fetch(tenant=None, text="SELECT pg_sleep(0.05)", params={}))
            await asyncio.sleep(0.01 * (n % 7))
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        async with asyncio.timeout(BACK_S):
            assert await pool.fetch(tenant=None, text="SELECT 1", params={}) == [(1,)]


def _listen(ear: PostgresEar) -> None:
    while True:
        ear.wait(seconds=HANGS_S)


def _ask(pool: "ConnectionPool[Any]") -> None:
    with pool.connection() as borrowed:
        borrowed.execute("SELECT 1")
