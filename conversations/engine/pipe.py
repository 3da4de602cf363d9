"""A connection that is told whole transactions: all statements are sent before the first answer is waited for.

What psycopg does for each statement and each of its values costs the writer more than a small statement costs
PostgreSQL, so libpq is spoken to directly here. What stands before a sync is one implicit transaction: PostgreSQL
commits it at the sync or undoes it as a whole. Texts are the engine's own (`statements`), values go as bytes.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from struct import Struct
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from conversations.engine.packing import Packed, unpack_bigints

PREPARE_AFTER: Final = 2  # what a tenant says once or twice and not again leaves no plan behind
_NAMED: Final = re.compile(r"%\((\w+)\)s")
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)
_INTEGER: Final = Struct(">i")
_TIMESTAMP: Final = Struct(">q")  # microseconds since the epoch

Rows = list[tuple[Any, ...]]
Statement = tuple[str, Mapping[str, Any]]
Values = list[bytes | None]
Reader = Callable[[bytes], Any]


class _Plan:
    """What is known of one text: how PostgreSQL numbers its values, how often it was said, its name once prepared."""

    __slots__ = ("fields", "name", "said", "text")

    def __init__(self, text: str) -> None:
        self.fields = list(dict.fromkeys(_NAMED.findall(text)))
        self.text = _NAMED.sub(lambda found: f"${self.fields.index(found[1]) + 1}", text).encode()
        self.said = 0
        self.name: bytes | None = None


class Pipe:
    """One connection, and what it has prepared. It grows with the texts: whoever has too many takes another one."""

    def __init__(self, *, connection: psycopg.AsyncConnection) -> None:
        """`connection` is in autocommit and used by nobody else meanwhile."""
        self.connection = connection
        self._plans: dict[str, _Plan] = {}
        self._names = (f"engine_{n}".encode() for n in count(1))

    async def transact(self, statements: Sequence[Statement]) -> list[PGresult]:
        """Run statements (a text with `%(name)s`, its values) in one transaction; answer what came of each.

        After psycopg.Error nothing of them is written, unless the connection was lost: then it is not known.
        """
        plans = [self._plan(text) for text, _ in statements]
        values = [_values(plan, params) for plan, (_, params) in zip(plans, statements, strict=True)]
        sent, results = await self._exchange(list(zip(plans, values, strict=True)))
        for plan, result in zip(sent, results, strict=False):
            if plan and result.status != ExecStatus.COMMAND_OK:
                plan.name = None
        for result in results:  # one more than was sent, if it is the commit that fails
            if result.status == ExecStatus.FATAL_ERROR:
                raise error_from_result(result)
        return [result for plan, result in zip(sent, results, strict=True) if plan is None]

    def _plan(self, text: str) -> _Plan:
        if text not in self._plans:
            self._plans[text] = _Plan(text)
        return self._plans[text]

    async def _exchange(self, said: Sequence[tuple[_Plan, Values]]) -> tuple[list[_Plan | None], list[PGresult]]:
        """Answer for everything that was sent whose plan it makes, if it does that, and what came of it."""
        pgconn = self.connection.pgconn
        sent: list[_Plan | None] = []
        pgconn.enter_pipeline_mode()
        try:
            for plan, values in said:
                sent.extend(self._send(pgconn, plan, values))
                pgconn.flush()  # PostgreSQL begins while the rest is being said
            pgconn.pipeline_sync()
            results = await self.connection.wait(_receive(pgconn))
            pgconn.exit_pipeline_mode()
        except BaseException:
            await self.connection.close()  # half of an exchange is left on it
            raise
        return sent, results

    def _send(self, pgconn: PGconn, plan: _Plan, values: Values) -> Iterator[_Plan | None]:
        """Answer for each result that will come of it whose plan it makes; None: it is an answer."""
        formats = [Format.BINARY] * len(values)
        plan.said += 1
        if plan.said <= PREPARE_AFTER:
            pgconn.send_query_params(plan.text, values, None, formats, Format.BINARY)
        else:
            if plan.name is None:
                plan.name = next(self._names)
                pgconn.send_prepare(plan.name, plan.text)
                yield plan
            pgconn.send_query_prepared(plan.name, values, formats, Format.BINARY)
        yield None


def _receive(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Send what is still here and take everything up to the sync; for AsyncConnection.wait."""
    while pgconn.flush():
        ready = yield Wait.RW
        if ready & Ready.R:
            pgconn.consume_input()
    results: list[PGresult] = []
    ended = False
    while True:
        while pgconn.is_busy():
            yield Wait.R
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if ended:
                raise psycopg.OperationalError("the connection says nothing more")
            ended = True
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        ended = False
        results.append(result)


def _values(plan: _Plan, params: Mapping[str, Any]) -> Values:
    return [_value(params[field]) for field in plan.fields]


def _value(value: Any) -> bytes | None:
    """Answer what PostgreSQL's own binary form of a value is."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, UUID):
        return value.bytes
    if isinstance(value, Packed):
        return value.data
    if isinstance(value, int):
        return _INTEGER.pack(value)
    if isinstance(value, datetime):
        return _TIMESTAMP.pack((value - _EPOCH) // timedelta(microseconds=1))
    raise TypeError(f"no value for the log: {type(value).__name__}")


def rows_of(result: PGresult) -> Rows:
    """Read what a statement answered: numbers, lists of them, times and texts, as Python has them."""
    columns = [_READERS[result.ftype(column)] for column in range(result.nfields)]
    return [tuple(_read(result, row, columns)) for row in range(result.ntuples)]


def _read(result: PGresult, row: int, columns: Sequence[Reader]) -> Iterator[Any]:
    for column, read in enumerate(columns):
        data = result.get_value(row, column)
        yield None if data is None else read(data)


def _integer(data: bytes) -> int:
    return int.from_bytes(data, signed=True)


def _timestamp(data: bytes) -> datetime:
    return _EPOCH + timedelta(microseconds=_integer(data))


# By PostgreSQL's numbers of bigint, integer, text, bigint[], timestamptz.
_READERS: Final[dict[int, Reader]] = {
    20: _integer,
    23: _integer,
    25: bytes.decode,
    1016: unpack_bigints,
    1184: _timestamp,
}
