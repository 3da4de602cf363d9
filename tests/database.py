"""The database of a test run: a fresh one on the server of DATABASE_URL, else an embedded PostgreSQL of its own."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.conf import settings
from django.db import connections
from psycopg import conninfo, sql

from config.embedded.lodging import temporary_folder
from config.embedded.postgres import EmbeddedPostgres
from config.settings.database import database_settings
from tenants.database.migrating import migrate_everything


@contextmanager
def fresh_database(*, durable: bool = True) -> Iterator[str]:
    """Yield the DSN of a migrated database to which Django is connected; leave nothing behind.

    What is not `durable` survives the death of every process, but not that of the machine, and commits sooner.
    """
    given = os.environ.get("DATABASE_URL")
    with _on_server(given) if given else _embedded(durable) as dsn, _furnished(dsn, given):
        yield dsn


@contextmanager
def own_database() -> Iterator[EmbeddedPostgres]:
    """Yield a server of our own with a migrated database, which may be stopped and started by this thread."""
    given = os.environ.get("DATABASE_URL")
    with temporary_folder() as folder, EmbeddedPostgres(data_dir=folder) as server, _furnished(server.dsn, given):
        yield server


@contextmanager
def _furnished(dsn: str, given: str | None) -> Iterator[None]:
    _connect_django(dsn)
    os.environ["DATABASE_URL"] = dsn
    try:
        for _migrated in migrate_everything():
            pass
        yield
    finally:
        os.environ.pop("DATABASE_URL")
        if given:
            os.environ["DATABASE_URL"] = given
        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined] # the stubs do not know pools


@contextmanager
def _embedded(durable: bool) -> Iterator[str]:
    with temporary_folder() as folder, EmbeddedPostgres(data_dir=folder) as server:
        if not durable:
            with psycopg.connect(server.admin_dsn, autocommit=True) as admin:
                admin.execute("ALTER SYSTEM SET fsync = off")
                admin.execute("SELECT pg_reload_conf()")
        yield server.dsn


@contextmanager
def _on_server(url: str) -> Iterator[str]:
    """Make a database beside the given one. Its role must be allowed to (CREATEDB), and to make roles (CREATEROLE)."""
    name = f"yunke_test_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    dsn = conninfo.make_conninfo(url, dbname=name)
    try:
        yield dsn
    finally:
        _drop(url=url, dsn=dsn, name=name)


def _drop(*, url: str, dsn: str, name: str) -> None:
    """Drop the database and the roles that were made for its schemas: roles belong to the whole server."""
    with psycopg.connect(dsn, autocommit=True) as inside:
        query = "SELECT rolname FROM pg_roles WHERE rolname IN (SELECT nspname FROM pg_namespace) OR rolname = ANY(%s)"
        shared = [settings.YUNKE_TENANTS_ROLE, settings.YUNKE_WRITER_ROLE]
        roles = [role for (role,) in inside.execute(query, [shared]).fetchall()]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        for role in roles:
            server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _connect_django(dsn: str) -> None:
    """Point the settings and every thread's connection to the database: settings are read before it exists."""
    wanted = database_settings(url=dsn, pool_size=32)
    connections.settings["default"].update(wanted.pop("DATABASES")["default"])
    for name, value in wanted.items():
        setattr(settings, name, value)
