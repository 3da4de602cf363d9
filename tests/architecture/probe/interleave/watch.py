"""Watching every statement: before it runs, the server is asked whose the session is, and that must be who runs it.

Three ways lead to the database: Django's connection, the asynchronous pool, and the writer, which has a role of its own
and must name the one schema that it writes to.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

import psycopg
from django.conf import settings
from django.db.backends.utils import CursorWrapper

from conversations.engine import saying
from conversations.engine.pipe import Pipe, Statement, rows_of
from tenants.context import Maintenance, Scope, TenantRef, find_scope
from tenants.database import pool
from tenants.database.base import DatabaseWrapper

ASK: Final = (
    "SELECT current_setting('role'), current_setting('search_path'), coalesce(current_setting('app.tenant', true), '')"
)
NAMED: Final = re.compile(r'"(t_[a-z2-7]{20})"')
Session = tuple[str, str, str]


def expected(scope: Scope) -> Session:
    """Answer role, search_path and tenant of a session in this scope: said here anew, and not by the product."""
    if isinstance(scope, TenantRef):
        return scope.schema, f'"{scope.schema}"', str(scope.id)
    if isinstance(scope, Maintenance):
        return "none", f'"{scope.schema}"', ""
    return "none", "public", ""


class Watch:
    """What was seen: statements by their way, and each that ran as somebody else."""

    def __init__(self) -> None:
        self.statements: Counter[str] = Counter()
        self.mismatches: list[str] = []
        self._lock = threading.Lock()

    def see(self, way: str, found: Any, wanted: Session, text: object) -> None:
        """Count a statement, and note it if its session is not what is wanted."""
        with self._lock:
            self.statements[way] += 1
            if tuple(found or ()) != wanted:
                self.mismatches.append(f"{way}: {found} instead of {wanted} at {str(text)[:200]}")

    @property
    def total(self) -> int:
        """Answer how many statements were seen."""
        return sum(self.statements.values())


@contextmanager
def watching() -> Iterator[Watch]:
    """Watch all three ways inside the block."""
    watch = Watch()
    with (
        patch.object(DatabaseWrapper, "make_cursor", lambda self, cursor: _watched_cursor(watch)(cursor, self)),
        patch.object(pool, "_ask", _watched_ask(watch, pool._ask)),
        patch.object(saying, "_statement", _watched_statement(watch, saying._statement)),
        patch.object(Pipe, "transact", _watched_transact(watch, Pipe.transact)),
    ):
        yield watch


def _watched_cursor(watch: Watch) -> type[CursorWrapper]:
    class Watched(CursorWrapper):
        def _execute(self, sql: Any, params: Any, *ignored: Any) -> Any:
            self._look(sql)
            return super()._execute(sql, params, *ignored)  # type: ignore[misc] # the stubs leave it out

        def _executemany(self, sql: Any, param_list: Any, *ignored: Any) -> Any:
            self._look(sql)
            return super()._executemany(sql, param_list, *ignored)  # type: ignore[misc] # the stubs leave it out

        def _look(self, sql: Any) -> None:
            try:
                found = self.db.connection.execute(ASK).fetchone()
            except psycopg.Error:
                return  # it will not run either, and says so itself
            watch.see("django", found, expected(find_scope()), sql)

    return Watched


class _Connection:
    """A connection of the pool that asks before every statement but the one that sets it."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.asked: list[tuple[Any, str]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def execute(self, text: Any, params: Any = None) -> Any:
        if "set_config" not in str(text):
            self.asked.append((await self._real.execute(ASK), str(text)))
        return await self._real.execute(text, params)


def _watched_ask(watch: Watch, ask: Any) -> Any:
    async def watched(connection: Any, scope: Scope, text: str, params: Mapping[str, Any]) -> Any:
        asking = _Connection(connection)
        rows = await ask(asking, scope, text, params)
        for cursor, said in asking.asked:
            watch.see("pool", await cursor.fetchone(), expected(scope), said)
        around = find_scope()
        if isinstance(around, TenantRef) and isinstance(scope, TenantRef) and around != scope:
            watch.mismatches.append(f"pool: asked for {scope.schema} by code of {around.schema}")
        return rows

    return watched


def _watched_statement(watch: Watch, statement: Any) -> Any:
    def watched(text: str, schema: str, params: Mapping[str, Any]) -> Any:
        made = statement(text, schema, params)
        named = set(NAMED.findall(made[0]))
        if named != {schema}:
            watch.mismatches.append(f"writer: runs on {named} for {schema}")
        return made

    return watched


def _watched_transact(watch: Watch, transact: Any) -> Any:
    async def watched(self: Pipe, statements: Any) -> Any:
        asking: Statement = (ASK, {})
        found = await transact(self, [each for statement in statements for each in (asking, statement)])
        wanted = (settings.YUNKE_WRITER_ROLE, "pg_catalog", "")
        for asked, (text, _) in zip(found[::2], statements, strict=True):
            watch.see("writer", rows_of(asked)[0], wanted, text)
        return found[1::2]

    return watched
