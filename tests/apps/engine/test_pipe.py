"""Whole transactions in one go: what comes back, what an error undoes, and what is left of a connection after it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from psycopg.pq import PipelineStatus, TransactionStatus

from conversations.engine import packing
from conversations.engine.pipe import PREPARE_AFTER, Pipe, rows_of
from tests.apps.engine.writing import owner

SOME: UUID = UUID("01900000-0000-7000-8000-0000000000a0")
AT = datetime(2026, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
ADD = "INSERT INTO said VALUES (%(n)s::int)"
ALL = "SELECT n FROM said ORDER BY n"


@pytest_asyncio.fixture
async def pipe(database: str) -> AsyncIterator[Pipe]:
    """A connection with a table of its own."""
    async with owner() as connection:
        await connection.execute("CREATE TEMPORARY TABLE said (n integer PRIMARY KEY)")
        yield Pipe(connection=connection)


async def ask(pipe: Pipe, text: str, **params: Any) -> list[tuple[Any, ...]]:
    (found,) = await pipe.transact([(text, params)])
    return rows_of(found)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("type_", "value", "answered"),
    [
        ("text", "云 😀 \u2028 %s $1", "云 😀 \u2028 %s $1"),
        ("text", "", ""),
        ("text", None, None),
        ("integer", -(2**31), -(2**31)),
        ("bigint", None, None),
        ("timestamptz", AT, AT),
        ("timestamptz", datetime(1999, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)),
    ],
)
async def test_what_is_said_is_what_is_answered(pipe: Pipe, type_: str, value: Any, answered: Any) -> None:
    for _ in range(PREPARE_AFTER + 2):
        assert await ask(pipe, f"SELECT %(it)s::{type_}", it=value) == [(answered,)]


@pytest.mark.asyncio
async def test_a_value_may_stand_twice_and_lists_are_lists(pipe: Pipe) -> None:
    text = (
        "SELECT cardinality(%(ids)s::uuid[]), ((%(ids)s::uuid[])[1] = %(id)s::uuid)::int, t, n"
        " FROM unnest(%(texts)s::text[], %(numbers)s::int[]) AS u(t, n)"
    )
    params = {
        "ids": packing.uuids([SOME, None]),
        "id": SOME,
        "texts": packing.texts(["a", None]),
        "numbers": packing.integers([1, -7]),
    }
    assert await ask(pipe, text, **params) == [(2, 1, "a", 1), (2, 1, None, -7)]


@pytest.mark.asyncio
async def test_an_error_undoes_all_and_the_connection_goes_on(pipe: Pipe) -> None:
    await pipe.transact([(ADD, {"n": 1})])
    for _ in range(PREPARE_AFTER + 2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            await pipe.transact([(ADD, {"n": 2}), (ADD, {"n": 1}), (ADD, {"n": 3})])
        assert await ask(pipe, ALL) == [(1,)]
    assert pipe.connection.info.transaction_status == TransactionStatus.IDLE
    assert pipe.connection.pgconn.pipeline_status == PipelineStatus.OFF


@pytest.mark.asyncio
async def test_a_commit_that_fails_is_an_error_too(pipe: Pipe) -> None:
    await ask(pipe, "CREATE TEMPORARY TABLE once (n integer UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(psycopg.errors.UniqueViolation):
        await pipe.transact([("INSERT INTO once VALUES (1)", {}), ("INSERT INTO once VALUES (1)", {})])
    assert await ask(pipe, "SELECT count(*) FROM once") == [(0,)]


@pytest.mark.asyncio
async def test_a_plan_that_could_not_be_made_is_made_later(pipe: Pipe) -> None:
    late = "SELECT n FROM later WHERE n = %(n)s::int"
    for _ in range(PREPARE_AFTER + 2):
        with pytest.raises(psycopg.errors.UndefinedTable):
            await ask(pipe, late, n=1)
    await ask(pipe, "CREATE TEMPORARY TABLE later AS SELECT 1 AS n")
    for _ in range(3):
        assert await ask(pipe, late, n=1) == [(1,)]


@pytest.mark.asyncio
async def test_only_what_is_said_again_is_prepared(pipe: Pipe) -> None:
    prepared = "SELECT count(*) FROM pg_prepared_statements"
    for n in range(PREPARE_AFTER):
        await pipe.transact([(ADD, {"n": n})])
    assert await ask(pipe, prepared) == [(0,)]
    await pipe.transact([(ADD, {"n": n}) for n in range(10, 15)])
    assert await ask(pipe, prepared) == [(1,)]
    assert await ask(pipe, ALL) == [(0,), (1,), (10,), (11,), (12,), (13,), (14,)]


@pytest.mark.asyncio
async def test_large_transactions_pass_in_both_directions(pipe: Pipe) -> None:
    """More than the sockets' buffers hold, so that whoever only sent would wait for ever."""
    long = "x" * 200_000
    found = await pipe.transact([("SELECT %(text)s::text || %(n)s::int", {"text": long, "n": n}) for n in range(100)])
    assert [rows_of(each) for each in found] == [[(f"{long}{n}",)] for n in range(100)]


@pytest.mark.asyncio
async def test_what_cannot_be_said_leaves_no_trace(pipe: Pipe) -> None:
    for bad, error in ((timedelta(1), TypeError), ("\ud800", UnicodeEncodeError)):
        with pytest.raises(error):
            await pipe.transact([(ADD, {"n": 1}), ("SELECT %(it)s::text", {"it": bad})])
    with pytest.raises(psycopg.DataError):
        await pipe.transact([(ADD, {"n": 1}), ("SELECT %(it)s::text", {"it": "nul \0"})])
    assert await ask(pipe, ALL) == []


@pytest.mark.asyncio
async def test_a_lost_connection_is_said_and_closed(pipe: Pipe) -> None:
    async with owner() as other:
        await other.execute("SELECT pg_terminate_backend(%s)", [pipe.connection.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        await ask(pipe, "SELECT 1")
    assert pipe.connection.closed
