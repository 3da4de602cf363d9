"""The writer: one a process, it collects what came in on all sockets meanwhile and appends it in one transaction.

Its connection has a database role of its own with rights on the log's tables only and names schemas in its SQL: the
one exception to "one tenant per transaction". Nobody hears of an event before COMMIT. What the connection's loss left
unknown is written again; the client ids make that harmless.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import psycopg
import structlog
from psycopg import sql
from psycopg.pq import TransactionStatus

from conversations.engine import statements
from conversations.engine.batch import Batch, Outcome
from conversations.engine.events import Draft, Recorded
from conversations.engine.parking import Parking
from conversations.engine.projections import Projection, projection_parameters

logger = structlog.get_logger(__name__)

MAX_EVENTS: Final = 512
MAX_TENANTS: Final = 64
MAX_WAITING: Final = 8_192
LOCK_TIMEOUT_MS: Final = 200
TIMEOUT_MS: Final = 5_000
CONNECT_S: Final = 5
PATIENCE_S: Final = 10.0

Failure = str
Done = Callable[[Outcome | Failure], None]
Written = Callable[[str, list[Recorded]], None]


class Entry:
    """One draft that waits to be written. `done` is called once: with the outcome after COMMIT, or a failure's code."""

    __slots__ = ("_done", "deadline", "draft", "schema")

    def __init__(self, *, schema: str, draft: Draft, done: Done, deadline: float) -> None:
        """`deadline` is in the event loop's time; past it the sender is told `unavailable` and sends again."""
        self.schema = schema
        self.draft = draft
        self._done: Done | None = done
        self.deadline = deadline

    def answer(self, outcome: Outcome | Failure) -> None:
        """Tell whoever sent it, the first time only; what goes wrong there is not the writer's trouble."""
        done, self._done = self._done, None
        if done is not None:
            try:
                done(outcome)
            except Exception:
                logger.exception("writer.answer_failed")


class Writer:
    """Group commit for websockets. submit() from the event loop's thread only."""

    def __init__(self, *, dsn: str, role: str, written: Written, projections: Sequence[Projection] = ()) -> None:
        """`written` is called after each COMMIT with a schema and what is now on its log, in position order."""
        self._dsn = dsn
        self._role = role
        self._written = written
        self._projections = projections
        self._waiting: deque[Entry] = deque()
        self._parking = Parking()
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._connection: psycopg.AsyncConnection | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what waits (at most 5 s), then end; the rest is answered `unavailable`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + 5
        while (self._waiting or self._parking) and loop.time() < until:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.01)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._fail([*self._waiting, *self._parking.empty()], "unavailable")
        await self._disconnect()

    async def submit(self, *, schema: str, draft: Draft, done: Done) -> None:
        """Queue a draft; waits while the queue is full, which stops the reading of that client's socket."""
        while len(self._waiting) + len(self._parking) >= MAX_WAITING:
            self._room.clear()
            await self._room.wait()
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        self._waiting.append(Entry(schema=schema, draft=draft, done=done, deadline=deadline))
        self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wait()
            entries = self._take()
            try:
                await self._write(entries)
            except Exception:
                logger.exception("writer.bug")
                self._fail(entries, "unavailable")
            self._room.set()

    async def _wait(self) -> None:
        if self._waiting:
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=self._parking.pause(asyncio.get_running_loop().time()))
        except TimeoutError:
            return

    def _take(self) -> list[Entry]:
        now = asyncio.get_running_loop().time()
        self._waiting.extendleft(reversed(self._parking.due(now)))
        taken: list[Entry] = []
        left: list[Entry] = []
        tenants: set[str] = set()
        while self._waiting and len(taken) < MAX_EVENTS:
            entry = self._waiting.popleft()
            if entry.deadline < now:
                self._fail([entry], "unavailable")
            elif self._parking.holds(entry.schema):
                self._parking.add(entry)
            elif entry.schema in tenants or len(tenants) < MAX_TENANTS:
                tenants.add(entry.schema)
                taken.append(entry)
            else:
                left.append(entry)
        self._waiting.extendleft(reversed(left))
        return taken

    async def _write(self, entries: list[Entry]) -> None:
        groups = _by_schema(entries)
        if await self._attempt(groups):
            return
        for schema, group in groups.items():
            if len(groups) == 1 or not await self._attempt({schema: group}):
                await self._write_apart(schema, group)

    async def _write_apart(self, schema: str, group: list[Entry]) -> None:
        """A tenant whose batch failed: entry by entry, so that one bad row stops only itself; a busy one is parked."""
        for n, entry in enumerate(group):
            try:
                await self._commit({schema: [entry]})
            except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
                logger.exception("writer.rejected", schema=schema, error=type(error).__name__)
                self._fail([entry], "unavailable")
            except psycopg.Error as error:
                logger.warning("writer.parked", schema=schema, error=type(error).__name__, entries=len(group) - n)
                self._parking.park(schema, group[n:], asyncio.get_running_loop().time())
                return

    async def _attempt(self, groups: dict[str, list[Entry]]) -> bool:
        try:
            await self._commit(groups)
        except psycopg.Error as error:
            logger.warning("writer.batch_failed", tenants=len(groups), error=type(error).__name__)
            return False
        return True

    async def _commit(self, groups: dict[str, list[Entry]]) -> None:
        """Write all groups in one transaction, tenants in sorted order, then tell."""
        at = datetime.now(UTC)
        batches = {schema: Batch(drafts=[e.draft for e in groups[schema]], at=at) for schema in sorted(groups)}
        try:
            rows = await self._execute(await self._connected(), batches)
        except BaseException:
            # Whatever it was: only a connection that is whole and idle is used again.
            if self._connection is not None and self._connection.info.transaction_status != TransactionStatus.IDLE:
                await self._disconnect()
            raise
        for schema, batch in batches.items():
            self._tell(schema, groups[schema], batch.outcomes(rows[schema]))

    async def _execute(
        self, connection: psycopg.AsyncConnection, batches: dict[str, Batch]
    ) -> dict[str, list[tuple[Any, ...]]]:
        cursors = {}
        async with connection.transaction(), connection.pipeline():
            for schema, batch in batches.items():
                await self._say(connection, statements.LOCK, schema, {"streams": batch.locks})
                cursors[schema] = await self._say(
                    connection, statements.APPEND, schema, batch.parameters(schema=schema)
                )
                for projection in self._projections:
                    await self._say(connection, projection, schema, projection_parameters(subjects=batch.subjects))
            return {schema: await cursor.fetchall() for schema, cursor in cursors.items()}

    @staticmethod
    async def _say(
        connection: psycopg.AsyncConnection, text: str, schema: str, params: dict[str, Any]
    ) -> psycopg.AsyncCursor:
        return await connection.cursor().execute(statements.qualified(text, schema).encode(), params)

    def _tell(self, schema: str, group: list[Entry], outcomes: list[Outcome]) -> None:
        self._parking.settled(schema)
        for entry, outcome in zip(group, outcomes, strict=True):
            entry.answer(outcome)
        # Repeats are told too: the first one may have been committed by a connection that died before we could tell.
        recorded = {o.recorded.position: o.recorded for o in outcomes if o.recorded is not None}
        if recorded:
            self._written(schema, [recorded[position] for position in sorted(recorded)])

    @staticmethod
    def _fail(entries: Sequence[Entry], code: Failure) -> None:
        for entry in entries:
            entry.answer(code)

    async def _connected(self) -> psycopg.AsyncConnection:
        if self._connection is None:
            connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, prepare_threshold=3, connect_timeout=CONNECT_S, tcp_user_timeout=TIMEOUT_MS
            )
            await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))
            await connection.execute(
                "SELECT set_config('search_path', 'pg_catalog', false), set_config('lock_timeout', %s, false),"
                " set_config('statement_timeout', %s, false),"
                " set_config('plan_cache_mode', 'force_generic_plan', false)",
                [f"{LOCK_TIMEOUT_MS}ms", f"{TIMEOUT_MS}ms"],
            )
            self._connection = connection
        return self._connection

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await asyncio.gather(connection.close(), return_exceptions=True)


def _by_schema(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.schema, []).append(entry)
    return groups
