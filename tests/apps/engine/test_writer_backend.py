"""What the session of the writer remembers: plans for small and large tables, of not too many tenants for too long."""

import pytest
from psycopg import sql

from conversations.engine import lane as lane_module
from tests.apps.engine.writing import Place, Trial, locked, read_texts, until


@pytest.mark.asyncio
async def test_what_is_refused_costs_no_connection(places: list[Place]) -> None:
    (stuck, stuck_subject), (tenant, subject), *_ = places
    async with Trial() as trial:
        await trial.send(tenant, subject, "before")
        await trial.settled()
        backend = trial.backend
        async with locked(stuck, stuck_subject) as let_go:
            await trial.send(stuck, stuck_subject, "stuck")
            await trial.send(tenant, subject, "beside")
            await until(lambda: trial.is_answered(tenant, "beside"))
            await let_go()
        await trial.settled()
        assert trial.backend == backend
    assert await read_texts(tenant) == ["before", "beside"]
    assert await read_texts(stuck) == ["stuck"]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("text", "at_once", "reused"),
    [("judged AS", 2, True), ("ready AS", 2, False), ("WITH moved AS", 1, False)],
)
async def test_repeats_are_found_without_reading_the_stream(
    place: Place, text: str, at_once: int, reused: bool
) -> None:
    """Told by a plan of when the tenant was new: it is kept while the streams grow."""
    tenant, subject = place
    async with Trial() as trial:
        for n in range(10):
            for one in range(at_once):
                await trial.send(tenant, subject, "again" if reused and one else f"{n}-{one}")
            await trial.settled()
        connection = trial.lane._pipe and trial.lane._pipe.connection
        assert connection
        find = "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE statement LIKE %s"
        ((name, count),) = await (await connection.execute(find, [f"%{text}%"])).fetchall()
        explain = sql.SQL("EXPLAIN EXECUTE {}({})").format(sql.Identifier(name), sql.SQL(",").join([sql.NULL] * count))
        plan = "\n".join(line for (line,) in await (await connection.execute(explain)).fetchall())
    assert "using event_sent_once on event e" in plan
    assert "event_pkey" not in plan


@pytest.mark.asyncio
async def test_a_backend_that_remembers_too_many_tenants_is_left(
    places: list[Place], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane_module, "MAX_TOUCHED", 2)
    async with Trial() as trial:
        backends = []
        for n, (tenant, subject) in enumerate([*places[:2], *places]):
            await trial.send(tenant, subject, str(n))
            await until(lambda tenant=tenant, n=n: trial.is_answered(tenant, str(n)))  # type: ignore[misc] # mypy does not see the defaults
            backends.append(trial.lane._pipe and trial.backend)
        assert backends[0] == backends[3], "the same few tenants are no reason"
        await until(lambda: trial.lane._pipe is None)
        tenant, subject = places[0]
        await trial.send(tenant, subject, "after")
        await trial.settled()
        assert trial.backend != backends[0]
    assert await read_texts(tenant) == ["0", "2", "after"]
