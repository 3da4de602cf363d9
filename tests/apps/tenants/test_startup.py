"""What is refused at the start: a pooler that mixes sessions, a role that cannot make tenants, a wrong version."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import override_settings

from tenants.database import startup
from tenants.database.startup import UnsafeDatabase, refuse_pooler, refuse_role, refuse_unsafe_database


class Pooler:
    """What PgBouncer does in transaction mode: any client's statement runs on any server that is in no transaction."""

    def __init__(self, *, servers: list[Any], least_used_first: bool) -> None:
        self.free, self.rotate = servers, least_used_first

    @contextmanager
    def server(self) -> Iterator[Any]:
        taken = self.free.pop(0)
        try:
            yield taken
        finally:
            self.free.insert(len(self.free) if self.rotate else 0, taken)


class Client:
    """A client's connection through the pooler, as far as refuse_pooler uses one."""

    def __init__(self, pooler: Pooler) -> None:
        self.pooler = pooler
        self.held: Any = None

    def execute(self, query: str, parameters: Any = ()) -> Any:
        if self.held:
            return self.held.execute(query, parameters)
        with self.pooler.server() as server:
            return server.execute(query, parameters)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self.pooler.server() as self.held, self.held.transaction():
            yield
        self.held = None


@pytest.mark.parametrize("least_used_first", [False, True])
@pytest.mark.parametrize("servers", [2, 3])
def test_a_pooler_that_mixes_sessions_is_refused(database: str, servers: int, *, least_used_first: bool) -> None:
    with ExitStack() as stack:
        real = [stack.enter_context(psycopg.connect(database, autocommit=True)) for _ in range(servers)]
        pooler = Pooler(servers=real, least_used_first=least_used_first)
        with pytest.raises(UnsafeDatabase, match="pool_mode to session"):
            refuse_pooler(Client(pooler), Client(pooler))


def test_a_direct_connection_is_accepted(database: str) -> None:
    refuse_unsafe_database(dsn=database)


def test_a_role_that_cannot_make_tenants_is_refused_in_one_line() -> None:
    class Answer:
        def __init__(self, *row: object) -> None:
            self.row = row

        def execute(self, _query: str) -> "Answer":
            return self

        def fetchone(self) -> tuple[object, ...]:
            return self.row

    with pytest.raises(UnsafeDatabase, match='run ALTER ROLE "ada" CREATEROLE'):
        refuse_role(Answer("ada", False, True, "shop"))
    with pytest.raises(UnsafeDatabase, match='ALTER DATABASE "shop" OWNER TO "ada"'):
        refuse_role(Answer("ada", True, False, "shop"))


def test_a_version_that_was_never_tried_is_refused(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "SUPPORTED_MAJORS", range(7, 9))
    with pytest.raises(UnsafeDatabase, match="PostgreSQL 7 to 8 is needed"):
        refuse_unsafe_database(dsn=database)


def test_a_database_that_does_not_answer_is_said_in_one_line() -> None:
    with pytest.raises(UnsafeDatabase, match="check DATABASE_URL") as refusal:
        refuse_unsafe_database(dsn="postgresql://nobody@127.0.0.1:1/none")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("command", ["serve", "work", "migrate"])
def test_no_process_starts_on_an_unsafe_database(command: str) -> None:
    with (
        override_settings(YUNKE_DATABASE_DSN="postgresql://nobody@127.0.0.1:1/none"),
        pytest.raises(CommandError, match="check DATABASE_URL"),
    ):
        call_command(command)


def test_the_checks_guard_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run_checks() == []
    with override_settings(SHARED_APPS=["tenants", "conversations"]):
        assert [message.id for message in run_checks()] == ["tenants.E001"]
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert [message.id for message in run_checks()] == ["tenants.E002"]
