"""A writer under trial: everything sent through it, every answer it gave, and locks held against it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg import sql

from conversations.engine.batch import Outcome
from conversations.engine.entry import Failure
from conversations.engine.events import Recorded
from conversations.engine.lane import Lane
from conversations.engine.writer import Writer
from tenants.context import TenantRef
from tests.apps.engine.logs import draft, said

Answer = Outcome | Failure
Place = tuple[TenantRef, UUID]
MakePlace = Callable[[], Place]


class Trial:
    """`answers` has every answer by (schema, client id); a well-behaved writer gives one to each."""

    def __init__(self, *, lanes: int = 1, **options: Any) -> None:
        """Prepare the writer; `async with` starts and stops it."""
        self.answers: dict[tuple[str, str], list[Answer]] = {}
        self.told: dict[str, list[Recorded]] = {}
        self.took: dict[tuple[str, str], float] = {}
        self.writer = Writer(
            dsn=settings.YUNKE_DATABASE_DSN,
            role=settings.YUNKE_WRITER_ROLE,
            written=lambda schema, events: self.told.setdefault(schema, []).extend(events),
            lanes=lanes,
            **options,
        )
        self._sent: set[tuple[str, str]] = set()

    async def __aenter__(self) -> Self:
        await self.writer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.writer.stop()

    async def send(self, tenant: TenantRef, subject: UUID, client_id: str, text: str | None = None) -> None:
        """Submit a message; its text is its id unless told otherwise."""
        loop = asyncio.get_running_loop()
        key, began = (tenant.schema, client_id), loop.time()
        self._sent.add(key)

        def done(answer: Answer) -> None:
            self.answers.setdefault(key, []).append(answer)
            self.took[key] = loop.time() - began

        made = draft(subject, said(client_id if text is None else text), client_id)
        await self.writer.submit(schema=tenant.schema, draft=made, done=done)

    async def settled(self, *, within_s: float = 10) -> None:
        """Wait until everything sent was answered."""
        await until(lambda: self._sent <= self.answers.keys(), within_s=within_s)

    def outcome(self, tenant: TenantRef, client_id: str) -> Outcome:
        """Answer the one outcome of a message."""
        (found,) = self.answers[tenant.schema, client_id]
        assert isinstance(found, Outcome), found
        return found

    def is_answered(self, tenant: TenantRef, client_id: str) -> bool:
        """Tell whether a message was answered."""
        return (tenant.schema, client_id) in self.answers

    @property
    def lane(self) -> Lane:
        """Answer the only lane."""
        (lane,) = self.writer.lanes
        return lane

    @property
    def backend(self) -> int:
        """Answer the process id of the only lane's database session."""
        return backend_of(self.lane)


def backend_of(lane: Lane) -> int:
    """Answer the process id of a lane's database session."""
    assert lane._pipe
    return lane._pipe.connection.info.backend_pid


async def until(condition: Callable[[], bool], *, within_s: float = 10) -> None:
    """Wait until something is so; fail when it takes too long."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 # there is nothing to wait for but what others see
            await asyncio.sleep(0.005)


@asynccontextmanager
async def owner() -> AsyncIterator[psycopg.AsyncConnection]:
    """Connect as the app's own role, which owns the tables."""
    async with await psycopg.AsyncConnection.connect(settings.YUNKE_DATABASE_DSN, autocommit=True) as connection:
        yield connection


@asynccontextmanager
async def locked(tenant: TenantRef, stream: UUID) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Hold a stream's row in another transaction; call what it yields to let go."""
    async with owner() as connection:
        await connection.execute("BEGIN")
        text = sql.SQL("SELECT 1 FROM {}.stream WHERE id = %s FOR UPDATE").format(sql.Identifier(tenant.schema))
        await connection.execute(text, [stream])
        yield connection.rollback


async def read_texts(tenant: TenantRef) -> list[str]:
    """Answer the texts on a tenant's log; fail if seq or position is not dense."""
    async with owner() as connection:
        text = sql.SQL("SELECT stream, seq, position, body->>'text' FROM {}.event ORDER BY position")
        rows = await (await connection.execute(text.format(sql.Identifier(tenant.schema)))).fetchall()
    assert [row[2] for row in rows] == list(range(1, len(rows) + 1))
    for stream in {row[0] for row in rows}:
        seqs = [row[1] for row in rows if row[0] == stream]
        assert seqs == list(range(1, len(seqs) + 1))
    return [row[3] for row in rows]
