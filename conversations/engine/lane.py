"""A lane of the writer: it collects what came in meanwhile for its tenants and appends it in one transaction.

Its connection has a database role of its own with rights on the log's tables only and names schemas in its SQL: the
one exception to "one tenant per transaction". Nobody hears of an event before COMMIT. What the connection's loss left
unknown is written again; the client ids make that harmless.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog
from psycopg import sql
from psycopg.pq import TransactionStatus

from conversations.engine.batch import Batch, Outcome
from conversations.engine.company import Company
from conversations.engine.entry import SUSPENDED, Entry, Failure
from conversations.engine.events import Recorded
from conversations.engine.parking import Parking
from conversations.engine.pipe import Pipe, Rows
from conversations.engine.saying import Saying
from conversations.engine.turns import Turns
from tenants.database.deadline import deadline
from tenants.database.versions import CLOSED

logger = structlog.get_logger(__name__)

LOCK_TIMEOUT_MS: Final = 200
HURRY_MS: Final = 20
TIMEOUT_MS: Final = 5_000
HANGS_S: Final = 8.0  # longer than any statement may take: then it is not PostgreSQL that is slow
CONNECT_S: Final = 5
# A backend keeps the plans of four texts for each tenant that it has written, 0.7 MB: so they are never more than
# 0.35 GB, and those of tenants that have gone to sleep are given back.
MAX_TOUCHED: Final = 500
LIFETIME_S: Final = 600.0
CLOSED_S: Final = (
    2.0  # what comes for a closed tenant meanwhile is refused unasked: it would break up everybody's batch
)

Written = Callable[[str, list[Recorded]], None]
Answered = Callable[[str], None]


class Lane:
    """One connection's group commit. From the event loop's thread only."""

    def __init__(
        self, *, dsn: str, role: str, saying: Saying, company: Company, written: Written, answered: Answered
    ) -> None:
        """`written` hears of each commit as the writer's does, `answered` the schema of each entry that is done."""
        self._dsn = dsn
        self._role = role
        self._saying = saying
        self._written = written
        self._answered = answered
        self._turns = Turns(company=company)
        self._in_hand: list[Entry] = []
        self._untold: deque[tuple[str, list[Entry], Batch, Rows]] = deque()
        self._parking = Parking()
        self._closed: dict[str, float] = {}
        self._touched: set[str] = set()
        self._renew_at = 0.0
        self._wake = asyncio.Event()
        self._pipe: Pipe | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._run())

    async def end(self) -> None:
        """Stop at once: whoever still waits is answered `unavailable`."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._tell_all()
        self._fail([*self._in_hand, *self._turns.empty(), *self._parking.empty()], "unavailable")
        await self._disconnect()

    def add(self, entry: Entry) -> None:
        """Take an entry; it is answered once."""
        self._turns.add(entry)
        self._wake.set()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._wait()
            self._in_hand = self._take()
            if not self._in_hand:
                continue
            began = loop.time()
            try:
                await self._write(self._in_hand)
            except Exception:
                logger.exception("writer.bug")
                self._fail(self._in_hand, "unavailable")
            self._in_hand = []
            self._turns.took(seconds=loop.time() - began, now=loop.time())

    async def _wait(self) -> None:
        now = asyncio.get_running_loop().time()
        pauses = [pause for pause in (self._turns.pause(now), self._parking.pause(now)) if pause is not None]
        if 0.0 in pauses:
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), timeout=min(pauses, default=None))
        except TimeoutError:
            return

    def _take(self) -> list[Entry]:
        now = asyncio.get_running_loop().time()
        self._turns.put_back(self._parking.due(now))
        taken: list[Entry] = []
        for entry in self._turns.take(now):
            if entry.deadline < now:
                self._fail([entry], "unavailable")
            elif self._closed.get(entry.schema, 0) > now:
                self._fail([entry], SUSPENDED)
            elif self._parking.holds(entry.schema):
                self._parking.add(entry)
            else:
                taken.append(entry)
        return taken

    async def _write(self, entries: list[Entry]) -> None:
        """All tenants in one transaction; those that had to wait before, and all if it fails, each in its own."""
        groups = _by_schema(entries)
        try:
            await self._connected()
        except psycopg.Error as error:
            logger.warning("writer.database_away", error=type(error).__name__)
            for schema, group in groups.items():
                self._park(schema, group)
            return
        sound = {schema: group for schema, group in groups.items() if not self._parking.has_waited(schema)}
        written = await self._attempt(sound) if sound else set()
        for schema, group in groups.items():
            if schema not in written:
                await self._write_alone(schema, group)

    async def _attempt(self, groups: dict[str, list[Entry]]) -> set[str]:
        """Answer whose events are written and told."""
        try:
            return await self._commit(groups)
        except psycopg.Error as error:
            logger.warning("writer.batch_failed", tenants=len(groups), error=type(error).__name__)
            return set()

    async def _write_alone(self, schema: str, group: list[Entry]) -> None:
        """One tenant, without patience for locks: a busy one is parked, a row that cannot be written is found."""
        try:
            await self._commit({schema: group}, lock_timeout=f"{HURRY_MS}ms", judge=True)
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError) as error:
            if len(group) == 1:
                logger.exception("writer.rejected", schema=schema, error=type(error).__name__)
                self._fail(group, "unavailable")
                return
            for entry in group:
                if self._parking.holds(schema):
                    self._parking.add(entry)
                else:
                    await self._write_alone(schema, [entry])
        except psycopg.Error as error:
            if error.sqlstate == CLOSED:
                self._close(schema, group)
                return
            logger.warning("writer.parked", schema=schema, error=type(error).__name__, entries=len(group))
            self._park(schema, group)

    def _close(self, schema: str, group: list[Entry]) -> None:
        now = asyncio.get_running_loop().time()
        self._closed = {name: until for name, until in self._closed.items() if until > now}
        self._closed[schema] = now + CLOSED_S
        self._fail(group, SUSPENDED)

    def _park(self, schema: str, group: list[Entry]) -> None:
        self._parking.park(schema, group, asyncio.get_running_loop().time())

    async def _commit(
        self, groups: dict[str, list[Entry]], *, lock_timeout: str | None = None, judge: bool = False
    ) -> set[str]:
        """Write all groups in one transaction, tenants in sorted order, then tell; answer who has been told."""
        at = datetime.now(UTC)
        batches = {schema: Batch(drafts=[e.draft for e in groups[schema]], at=at) for schema in sorted(groups)}
        try:
            pipe = await self._connected()
            with deadline(pipe.connection, seconds=HANGS_S):
                rows = await self._saying.say(pipe, batches, lock_timeout=lock_timeout, judge=judge)
        except BaseException:
            await self._tidy()
            raise
        self._tell_all()
        told = {schema for schema, batch in batches.items() if len(rows[schema]) == len(batch.unique)}
        for schema in sorted(told):
            self._parking.settled(schema)
            self._untold.append((schema, groups[schema], batches[schema], rows[schema]))
        asyncio.get_running_loop().call_soon(self._tell_on)
        await self._renew(batches)
        return told

    def _tell_on(self) -> None:
        """Tell about one tenant, then let the next commit go a step further: PostgreSQL works on it meanwhile."""
        self._tell_next()
        if self._untold:
            asyncio.get_running_loop().call_soon(self._tell_on)

    def _tell_all(self) -> None:
        while self._untold:
            self._tell_next()

    def _tell_next(self) -> None:
        if self._untold:
            schema, group, batch, rows = self._untold.popleft()
            try:
                self._tell(schema, group, batch.outcomes(rows))
            except Exception:
                logger.exception("writer.bug")
                self._fail(group, "unavailable")

    def _tell(self, schema: str, group: list[Entry], outcomes: list[Outcome]) -> None:
        for entry, outcome in zip(group, outcomes, strict=True):
            self._answer(entry, outcome)
        # Repeats are told too: the first one may have been committed by a connection that died before we could tell.
        recorded = {o.recorded.position: o.recorded for o in outcomes if o.recorded is not None}
        if recorded:
            self._written(schema, [recorded[position] for position in sorted(recorded)])

    def _fail(self, entries: Sequence[Entry], code: Failure) -> None:
        for entry in entries:
            self._answer(entry, code)

    def _answer(self, entry: Entry, outcome: Outcome | Failure) -> None:
        if entry.answer(outcome):
            self._answered(entry.schema)

    async def _connected(self) -> Pipe:
        if self._pipe is None:
            connection = await psycopg.AsyncConnection.connect(
                self._dsn, autocommit=True, connect_timeout=CONNECT_S, tcp_user_timeout=TIMEOUT_MS
            )
            with deadline(connection, seconds=CONNECT_S):
                await self._prepare(connection)
            self._renew_at = asyncio.get_running_loop().time() + LIFETIME_S
            self._pipe = Pipe(connection=connection)
        return self._pipe

    async def _prepare(self, connection: psycopg.AsyncConnection) -> None:
        """Become the writer's role, with its limits and with the plans that suit its statements."""
        await connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(self._role)))
        await connection.execute(
            "SELECT set_config('search_path', 'pg_catalog', false), set_config('lock_timeout', %s, false),"
            " set_config('statement_timeout', %s, false),"
            " set_config('idle_in_transaction_session_timeout', %s, false),"
            " set_config('plan_cache_mode', 'force_generic_plan', false),"
            " set_config('enable_seqscan', 'off', false),"
            " set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false)",
            [f"{LOCK_TIMEOUT_MS}ms", f"{TIMEOUT_MS}ms", f"{TIMEOUT_MS}ms"],
        )

    async def _renew(self, written: Iterable[str]) -> None:
        """Leave a connection whose backend remembers too many tenants, or some for too long; the next makes another."""
        self._touched.update(written)
        if len(self._touched) > MAX_TOUCHED or asyncio.get_running_loop().time() > self._renew_at:
            await self._disconnect()

    async def _tidy(self) -> None:
        """What was refused is undone already; after anything else only a connection that is idle is kept."""
        if self._pipe and self._pipe.connection.info.transaction_status != TransactionStatus.IDLE:
            await self._disconnect()

    async def _disconnect(self) -> None:
        self._touched.clear()
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            await asyncio.gather(pipe.connection.close(), return_exceptions=True)


def _by_schema(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.schema, []).append(entry)
    return groups
