"""The writer: many tenants a commit, nobody waits for somebody else, every entry answered once, each written once."""

import asyncio
from typing import Any, Final

import psycopg
import pytest
from django.conf import settings
from psycopg import errors, sql

from conversations.engine import lane as lane_module
from conversations.engine import writer as writer_module
from conversations.engine.batch import Outcome
from conversations.engine.pipe import Pipe
from conversations.engine.saying import Saying
from conversations.engine.streams import new_subject
from tenants.context import TenantRef
from tests.apps.engine.logs import draft, said
from tests.apps.engine.writing import Place, Trial, backend_of, locked, owner, read_texts, until

LOST: Final = "server closed the connection unexpectedly"


@pytest.mark.asyncio
async def test_many_tenants_are_one_commit(places: list[Place]) -> None:
    async with Trial() as trial:
        for n in range(4):
            for tenant, subject in places:
                await trial.send(tenant, subject, str(n))
        await trial.settled()
    transactions = set()
    for tenant, _ in places:
        assert [trial.outcome(tenant, str(n)).verdict for n in range(4)] == ["new"] * 4
        assert await read_texts(tenant) == [event.body["text"] for event in trial.told[tenant.schema]] == list("0123")
        async with owner() as connection:
            text = sql.SQL("SELECT DISTINCT xmin::text FROM {}.event").format(sql.Identifier(tenant.schema))
            transactions |= set(await (await connection.execute(text)).fetchall())
    assert len(transactions) == 1


@pytest.mark.asyncio
async def test_a_locked_stream_stops_no_other_tenant(places: list[Place]) -> None:
    (stuck, stuck_subject), *others = places
    async with Trial() as trial, locked(stuck, stuck_subject) as let_go:
        for n in range(30):
            await trial.send(stuck, stuck_subject, str(n))
            for tenant, subject in others:
                await trial.send(tenant, subject, str(n))
            await asyncio.sleep(0.03)
        await until(lambda: all(trial.is_answered(tenant, "29") for tenant, _ in others))
        assert not any(trial.is_answered(stuck, str(n)) for n in range(30))
        await let_go()
        await trial.settled()
        waits = sorted(took for (schema, _), took in trial.took.items() if schema != stuck.schema)
        assert waits[len(waits) // 2] < 0.25
        assert waits[-1] < 2
    assert await read_texts(stuck) == [str(n) for n in range(30)]


@pytest.mark.asyncio
async def test_a_row_that_cannot_be_written_stops_only_itself(places: list[Place]) -> None:
    (bad, bad_subject), *others = places
    async with Trial() as trial:
        await trial.send(bad, bad_subject, "before")
        await trial.send(bad, bad_subject, "poison", "\x00")
        await trial.send(bad, bad_subject, "after")
        for tenant, subject in others:
            await trial.send(tenant, subject, "fine")
        await trial.settled()
    assert trial.answers[bad.schema, "poison"] == ["unavailable"]
    assert await read_texts(bad) == ["before", "after"]
    for tenant, _ in others:
        assert await read_texts(tenant) == ["fine"]


@pytest.mark.asyncio
async def test_a_tenant_that_is_gone_stops_no_other(place: Place) -> None:
    nowhere = TenantRef(id=new_subject(), slug="gone", schema="t_" + "z" * 20)
    async with Trial() as trial:
        await trial.send(nowhere, new_subject(), "1")
        await trial.send(*place, "2")
        await trial.settled()
    assert trial.answers[nowhere.schema, "1"] == ["unavailable"]
    assert await read_texts(place[0]) == ["2"]


@pytest.mark.asyncio
async def test_an_answer_that_fails_is_its_askers_trouble(place: Place) -> None:
    tenant, subject = place

    def done(_: object) -> None:
        raise RuntimeError("the session is gone")

    async with Trial() as trial:
        made = draft(subject, said("first"), "first")
        await trial.writer.submit(schema=tenant.schema, draft=made, done=done)
        await trial.send(tenant, subject, "second")
        await trial.settled()
    assert await read_texts(tenant) == ["first", "second"]


@pytest.mark.asyncio
async def test_a_connection_killed_while_idle(place: Place) -> None:
    async with Trial() as trial:
        await trial.send(*place, "1")
        await trial.settled()
        async with owner() as connection:
            await connection.execute("SELECT pg_terminate_backend(%s)", [trial.backend])
        await trial.send(*place, "2")
        await trial.settled()
    assert trial.outcome(place[0], "2").verdict == "new"
    assert await read_texts(place[0]) == ["1", "2"]


@pytest.mark.asyncio
@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_connection_lost_around_commit(
    places: list[Place], moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lost before COMMIT nothing was written, lost after it everything was: the writer cannot know, and need not."""
    say = Saying.say
    lost: list[str] = []

    async def losing(self: Saying, pipe: Pipe, *rest: Any, **more: Any) -> Any:
        if moment == "after":
            rows = await say(self, pipe, *rest, **more)
        if not lost:
            lost.append(moment)
            await pipe.connection.close()
            raise psycopg.OperationalError(LOST)
        return rows if moment == "after" else await say(self, pipe, *rest, **more)

    monkeypatch.setattr(Saying, "say", losing)
    async with Trial() as trial:
        for tenant, subject in places:
            for n in range(3):
                await trial.send(tenant, subject, str(n))
        await trial.settled()
    verdict = "repeat" if moment == "after" else "new"
    for tenant, _ in places:
        outcomes = [trial.outcome(tenant, str(n)) for n in range(3)]
        assert [outcome.verdict for outcome in outcomes] == [verdict] * 3
        assert await read_texts(tenant) == ["0", "1", "2"]
        assert trial.told[tenant.schema] == [outcome.recorded for outcome in outcomes]


@pytest.mark.asyncio
async def test_lanes_write_side_by_side(places: list[Place], monkeypatch: pytest.MonkeyPatch) -> None:
    """While a lane waits for a lock, without having given up yet, the other's tenants are written."""
    monkeypatch.setattr(lane_module, "LOCK_TIMEOUT_MS", lane_module.TIMEOUT_MS - 1_000)
    (stuck, subject), other, third = places
    async with Trial(lanes=2) as trial:
        lanes = [trial.writer.lane_of(schema=tenant.schema) for tenant, _ in places]
        assert lanes[0] is lanes[2] is not lanes[1]
        async with locked(stuck, subject) as let_go:
            for n in range(4):
                await trial.send(stuck, subject, str(n))
                await trial.send(*other, str(n))
                await trial.send(*third, str(n))
            await until(lambda: all(trial.is_answered(other[0], str(n)) for n in range(4)))
            assert not lanes[0]._parking.holds(stuck.schema)
            await let_go()
        await trial.settled()
    for tenant, _ in places:
        assert await read_texts(tenant) == list("0123"), "each once, in the order in which they were sent"


@pytest.mark.asyncio
async def test_killed_again_and_again_under_load(places: list[Place]) -> None:
    count, kills = 400, 0
    async with Trial(lanes=2) as trial, owner() as connection:
        for n in range(count):
            await trial.send(*places[n % 3], str(n))
            await asyncio.sleep(0.001)
            lane = trial.writer.lanes[n // 20 % 2]
            if n % 20 == 10 and lane._pipe is not None:
                await connection.execute("SELECT pg_terminate_backend(%s)", [backend_of(lane)])
                kills += 1
        await trial.settled()
    assert kills > 5
    for place, (tenant, _) in enumerate(places):
        expected = [str(n) for n in range(place, count, 3)]
        assert all(trial.outcome(tenant, text).verdict in {"new", "repeat"} for text in expected)
        assert await read_texts(tenant) == expected, "each once, in the order in which they were sent"


@pytest.mark.asyncio
async def test_a_full_queue_holds_back_who_sends(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_WAITING", 5)
    tenant, subject = place
    async with Trial() as trial, locked(tenant, subject) as let_go:
        for n in range(5):
            await trial.send(tenant, subject, str(n))
        late = asyncio.create_task(trial.send(tenant, subject, "late"))
        await asyncio.sleep(0.3)
        assert not late.done()
        await let_go()
        await late
        await trial.settled()
    assert await read_texts(tenant) == ["0", "1", "2", "3", "4", "late"]


@pytest.mark.asyncio
async def test_a_stuck_tenant_fills_only_its_own_part(places: list[Place], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "MAX_OF_TENANT", 5)
    (stuck, subject), other, _ = places
    async with Trial() as trial, locked(stuck, subject) as let_go:
        for n in range(5):
            await trial.send(stuck, subject, str(n))
        await until(lambda: trial.lane._parking.count(stuck.schema) == 5)
        late = asyncio.create_task(trial.send(stuck, subject, "late"))
        await asyncio.wait_for(trial.send(*other, "passes"), 1)
        await until(lambda: trial.is_answered(other[0], "passes"), within_s=2)
        assert not late.done()
        await let_go()
        await late
        await trial.settled()
    assert await read_texts(stuck) == ["0", "1", "2", "3", "4", "late"]


@pytest.mark.asyncio
async def test_patience_ends(place: Place) -> None:
    tenant, subject = place
    async with Trial(patience_s=0.3) as trial:
        async with locked(tenant, subject):
            await trial.send(tenant, subject, "1")
            await trial.settled(within_s=3)
        assert trial.answers.pop((tenant.schema, "1")) == ["unavailable"]
        await asyncio.sleep(0.1)
        assert await read_texts(tenant) == []
        await trial.send(tenant, subject, "1")
        await trial.settled()
        assert trial.outcome(tenant, "1").verdict == "new"


@pytest.mark.asyncio
async def test_the_database_away_and_back(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    connect, away = psycopg.AsyncConnection.connect, [True]

    async def refused(*given: Any, **options: Any) -> Any:
        if away:
            raise psycopg.OperationalError("connection refused")
        return await connect(*given, **options)

    monkeypatch.setattr(psycopg.AsyncConnection, "connect", refused)
    async with Trial() as trial:
        for n in range(3):
            await trial.send(*place, str(n))
        await asyncio.sleep(0.2)
        assert trial.answers == {}
        away.clear()
        await trial.settled()
    assert await read_texts(place[0]) == ["0", "1", "2"]


@pytest.mark.asyncio
async def test_stop_writes_what_is_here(places: list[Place]) -> None:
    async with Trial() as trial:
        for n in range(50):
            await trial.send(*places[n % 3], str(n))
        await asyncio.sleep(0.002)
    outcomes = [answer for answers in trial.answers.values() for answer in answers]
    assert [o.verdict for o in outcomes if isinstance(o, Outcome)] == ["new"] * 50


@pytest.mark.asyncio
async def test_stop_answers_what_it_cannot_write(places: list[Place], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "STOP_S", 0.3)
    monkeypatch.setattr(writer_module, "MAX_WAITING", 2)
    (stuck, subject), other, _ = places
    async with locked(stuck, subject):
        async with Trial() as trial:
            for n in range(2):
                await trial.send(stuck, subject, str(n))
            late = asyncio.create_task(trial.send(stuck, subject, "late"))
            await asyncio.sleep(0.01)
        await late
        await trial.send(*other, "too late")
    assert list(trial.answers.values()) == [["unavailable"]] * 4
    assert await read_texts(stuck) == []


def denied(connection: psycopg.Connection, statement: str, schema: str) -> bool:
    """Tell whether PostgreSQL refuses a statement for want of a right."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.format(s=f'"{schema}"').encode())
    except errors.InsufficientPrivilege:
        return True
    return False


FOR_NOBODY: Final = (
    "DELETE FROM {s}.event",
    "UPDATE {s}.event SET body = '{{}}'",
    "TRUNCATE {s}.event",
    "DELETE FROM {s}.stream",
    "DROP TABLE {s}.event",
    "ALTER TABLE {s}.event ADD COLUMN x int",
    "CREATE TABLE {s}.mine (x int)",
    "DELETE FROM {s}.conversation",
    "UPDATE public.heads SET position = 0",
    "INSERT INTO public.heads (schema, tenant) SELECT 'x', gen_random_uuid()",
)
NOT_FOR_THE_WRITER: Final = (
    "SELECT 1 FROM {s}.contact",
    "SELECT 1 FROM {s}.contact_identity",
    "SELECT 1 FROM {s}.definition",
    "INSERT INTO {s}.definition SELECT * FROM {s}.definition",
    "SELECT 1 FROM {s}.reader_cursor",
    "SELECT 1 FROM {s}.django_migrations",
    "INSERT INTO {s}.stream (id, seq, is_open, access) VALUES (gen_random_uuid(), 0, true, 1)",
    "UPDATE {s}.conversation SET contact_id = gen_random_uuid()",
    "UPDATE {s}.conversation SET inbox = ''",
    "INSERT INTO {s}.conversation SELECT * FROM {s}.conversation",
)
FOR_THE_WRITER: Final = (
    "SELECT 1 FROM {s}.event",
    "SELECT 1 FROM {s}.stream FOR UPDATE",
    "UPDATE {s}.conversation SET unread = 0",
    "SELECT 1 FROM public.heads",
)


@pytest.fixture
def as_role(database: str) -> Any:
    """Open a session that has taken on a role and cannot take another."""
    opened: list[psycopg.Connection] = []

    def take_on(role: str) -> psycopg.Connection:
        connection = psycopg.connect(database, autocommit=True)
        opened.append(connection)
        connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        return connection

    yield take_on
    for connection in opened:
        connection.close()


@pytest.fixture
def public_tables(database: str) -> set[str]:
    with psycopg.connect(database) as connection:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return {name for (name,) in connection.execute(query).fetchall()}


def test_the_writer_reaches_the_logs_tables_alone(place: Place, as_role: Any, public_tables: set[str]) -> None:
    schema = place[0].schema
    writer = as_role(settings.YUNKE_WRITER_ROLE)
    refused = [*FOR_NOBODY, *NOT_FOR_THE_WRITER]
    refused += [f"SELECT 1 FROM public.{table}" for table in public_tables - {"heads"}]
    assert [text for text in refused if not denied(writer, text, schema)] == []
    assert [text for text in FOR_THE_WRITER if denied(writer, text, schema)] == []


def test_a_tenant_changes_no_event_and_sees_no_other(
    places: list[Place], as_role: Any, public_tables: set[str]
) -> None:
    (mine, _), (other, _), _ = places
    role = as_role(mine.schema)
    refused = [*FOR_NOBODY, *(f"SELECT 1 FROM public.{table}" for table in public_tables)]
    assert [text for text in refused if not denied(role, text, mine.schema)] == []
    for table in ("event", "stream", "conversation", "contact", "definition", "reader_cursor"):
        assert denied(role, f"SELECT 1 FROM {{s}}.{table}", other.schema)
        assert not denied(role, f"SELECT 1 FROM {{s}}.{table}", mine.schema)
    for function in ("take_positions(1, '{}')", "head_position('{}')"):
        assert denied(role, "SELECT public." + function.format(other.schema), mine.schema)
        assert not denied(role, "SELECT public." + function.format(mine.schema), mine.schema)
