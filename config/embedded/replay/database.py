"""Reading everything back from the tables, as the role of DATABASE_URL, which owns them: no server is in between."""

from collections.abc import Hashable
from contextlib import closing
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg import sql

from config.embedded.obstacles import Obstacle
from config.embedded.replay.book import Book, Company, Talk
from config.embedded.replay.findings import Findings
from config.embedded.replay.readings import Reading, Sighting, StaffReading
from conversations.engine.events import Audience
from conversations.engine.streams import stream_of
from conversations.presence.events import PresenceChanged
from conversations.presence.streams import subject_of_member

WHO: Final = "database"
SCHEMAS: Final = "SELECT slug, schema FROM public.tenants WHERE slug = ANY(%s)"
HEADS: Final = "SELECT schema, position FROM public.heads WHERE schema = ANY(%s)"
EVENTS: Final = "SELECT stream, seq, position, kind, sender, client_id, body FROM {schema}.event ORDER BY stream, seq"
STREAMS: Final = "SELECT id, seq FROM {schema}.stream"

Row = tuple[Any, ...]


def check_tables(*, dsn: str, book: Book, findings: Findings) -> None:
    """Judge every event of every company of the book in one snapshot; raise Obstacle if they cannot be read."""
    try:
        with closing(psycopg.connect(dsn)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            schemas: dict[str, str] = dict(
                connection.execute(SCHEMAS, [[company.slug for company in book.companies]]).fetchall()
            )
            heads: dict[str, int] = dict(connection.execute(HEADS, [list(schemas.values())]).fetchall())
            for company in book.companies:
                schema = schemas.get(company.slug)
                if schema is None:
                    raise Obstacle(
                        f"company {company.slug} is not in the database of DATABASE_URL: is it the server's?"
                    )
                tables = Tables(company=company, book=book, findings=findings)
                tables.check_events(_rows(connection, EVENTS, schema), head=heads.get(schema, 0))
                tables.check_streams(dict(_rows(connection, STREAMS, schema)))
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        raise Obstacle(f"the database cannot be read to check what was played: {said}") from None


def _rows(connection: psycopg.Connection, query: str, schema: str) -> list[Row]:
    return connection.execute(sql.SQL(query).format(schema=sql.Identifier(schema))).fetchall()


def _is_own_stream(stream: UUID, body: dict[str, Any]) -> bool:
    """Tell whether a change of somebody's state stands where that person's do."""
    subject = subject_of_member(member=UUID(body["member"]))
    return stream == stream_of(subject=subject, audience=Audience.STAFF)


class Tables:
    """One company's event and stream tables."""

    def __init__(self, *, company: Company, book: Book, findings: Findings) -> None:
        """Expect what was played in this company."""
        self._company = company
        self._book = book
        self._findings = findings
        self._readings: dict[UUID, Reading | StaffReading] = {}
        for talk in book.of_company(company=company):
            self._expect(talk)

    def check_events(self, rows: list[Row], *, head: int) -> None:
        """Judge all events, ordered by stream and seq; `head` is the tenant's position."""
        for row in rows:
            self._take(row)
        for reading in self._readings.values():
            reading.finish()
        positions = {row[2] for row in rows}
        for missing in set(range(1, max(positions, default=0) + 1)) - positions:
            self._add_hole(missing, f"there is no position {missing}")
        if head != max(positions, default=0):
            self._add_hole("head", f"the head says position {head}, the last event has {max(positions, default=0)}")

    def check_streams(self, seqs: dict[UUID, int]) -> None:
        """Judge whether each stream's own seq is its last event's."""
        for stream, reading in self._readings.items():
            if seqs.get(stream) != reading.last:
                detail = f"stream {stream} says seq {seqs.get(stream)}, its last event has {reading.last}"
                self._add_hole(("stream", stream), detail)

    def _expect(self, talk: Talk) -> None:
        public = UUID(talk.conversation)
        common: dict[str, Any] = {"talk": talk, "who": WHO, "missing": "lost"}
        common |= {"book": self._book, "findings": self._findings}
        self._readings[public] = Reading(**common)
        self._readings[UUID(int=public.int | 1)] = StaffReading(**common)

    def _take(self, row: Row) -> None:
        stream, seq, position, kind, sender, client_id, body = row
        reading = self._readings.get(stream)
        if kind == PresenceChanged.kind and _is_own_stream(stream, body):
            return
        if reading is None:
            detail = f"{WHO}, {self._company.slug}: an event of stream {stream}, which was not played there"
            self._findings.add(kind="leaked", key=(self._company.slug, stream, seq), detail=detail)
        else:
            reading.take(Sighting(seq, kind, client_id, body, sender and str(sender), position))

    def _add_hole(self, key: Hashable, detail: str) -> None:
        self._findings.add(kind="holes", key=(self._company.slug, key), detail=f"{WHO}, {self._company.slug}: {detail}")
