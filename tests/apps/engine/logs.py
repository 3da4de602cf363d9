"""Three ways into a log behind one shape: in memory, on a command's connection, through the writer."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from conversations.engine import log, statements
from conversations.engine.batch import Batch, Outcome
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.memory import MemoryLog
from conversations.engine.models import Stream
from conversations.engine.writer import Writer
from conversations.threads.events import MessagePosted, NotePosted
from tenants.context import TenantRef, tenant_context

ADA: Final = UUID("01900000-0000-7000-8000-0000000000a0")
BEN: Final = UUID("01900000-0000-7000-8000-0000000000b0")


def said(text: str) -> Fact:
    """Answer a public fact that no reader acts on."""
    return MessagePosted(author="member", name="Ada", text=text)


def noted(text: str) -> Fact:
    """Answer a fact of the staff stream."""
    return NotePosted(name="Ada", text=text)


def draft(
    subject: UUID, fact: Fact, client_id: str | None = None, *, sender: UUID = ADA, access: int | None = None
) -> Draft:
    """Make a draft."""
    return Draft(subject=subject, fact=fact, sender=sender, client_id=client_id, access=access)


class AnyLog(Protocol):
    """One tenant's log, however it is reached."""

    def open_streams(self, *, subject: UUID) -> None:
        """Make both streams of a subject."""

    def change_stream(self, *, stream: UUID, is_open: bool, access: int) -> None:
        """Set the guard of a stream."""

    def append(self, *, drafts: Sequence[Draft], at: datetime) -> list[Outcome]:
        """Write all drafts in one batch; answer an outcome for each."""

    def read_stream(self, *, stream: UUID, after: int, limit: int) -> list[Recorded]:
        """Answer events of a stream."""

    def read_tenant(self, *, after: int, limit: int) -> list[Recorded]:
        """Answer events of the tenant."""


class CommandLog:
    """The log as a command's transaction reaches it."""

    def __init__(self, *, tenant: TenantRef) -> None:
        """Act for one tenant."""
        self.tenant = tenant

    def open_streams(self, *, subject: UUID) -> None:
        """Make both streams of a subject."""
        with tenant_context(self.tenant), transaction.atomic():
            log.open_streams(subject=subject)

    def change_stream(self, *, stream: UUID, is_open: bool, access: int) -> None:
        """Set the guard of a stream."""
        with tenant_context(self.tenant):
            Stream.objects.filter(id=stream).update(is_open=is_open, access=access)

    def append(self, *, drafts: Sequence[Draft], at: datetime) -> list[Outcome]:
        """Run the statements of log.append, which would turn the first refusal into an exception."""
        batch = Batch(drafts=drafts, at=at)
        with tenant_context(self.tenant), transaction.atomic():
            self._run(statements.LOCK, {"streams": batch.locks})
            return batch.outcomes(self._run(statements.APPEND, batch.parameters(schema=None)))

    def read_stream(self, *, stream: UUID, after: int, limit: int) -> list[Recorded]:
        """Answer events of a stream."""
        with tenant_context(self.tenant):
            return log.read_stream(stream=stream, after=after, limit=limit)

    def read_tenant(self, *, after: int, limit: int) -> list[Recorded]:
        """Answer events of the tenant."""
        with tenant_context(self.tenant):
            return log.read_tenant(after=after, limit=limit)

    @staticmethod
    def _run(text: str, params: dict[str, Any]) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statements.qualified(text), params)
            return list(cursor.fetchall())


class WriterLog(CommandLog):
    """The same log, written through the writer of websockets."""

    def __init__(self, *, tenant: TenantRef, runner: asyncio.Runner) -> None:
        """Start a writer on the runner's loop; stop() ends it."""
        super().__init__(tenant=tenant)
        self._runner = runner
        self.written: list[Recorded] = []
        self._writer = Writer(
            dsn=settings.YUNKE_DATABASE_DSN,
            role=settings.YUNKE_WRITER_ROLE,
            written=lambda _, events: self.written.extend(events),
        )
        runner.run(self._writer.start())

    def append(self, *, drafts: Sequence[Draft], at: datetime) -> list[Outcome]:
        """Submit all at once, so that they are one batch; the writer reads the clock itself."""
        return self._runner.run(self._append(drafts))

    async def _append(self, drafts: Sequence[Draft]) -> list[Outcome]:
        answers: list[asyncio.Future[Any]] = [asyncio.get_running_loop().create_future() for _ in drafts]
        for one, answer in zip(drafts, answers, strict=True):
            await self._writer.submit(schema=self.tenant.schema, draft=one, done=answer.set_result)
        return list(await asyncio.wait_for(asyncio.gather(*answers), 10))

    def stop(self) -> None:
        """End the writer."""
        self._runner.run(self._writer.stop())


def make_memory_log() -> AnyLog:
    """Answer a log in memory."""
    return MemoryLog()


NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
