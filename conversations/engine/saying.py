"""What the writer says to PostgreSQL in one transaction: everything in one go, from BEGIN to COMMIT.

A tenant in company costs by the statement, not by the event: so a few events of kinds for which the read models have
a step are said one by one, each with its step in the same statement; everything else is locked, appended and caught up
with. Whoever calls decides when, and what becomes of errors.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import psycopg

from conversations.engine import packing, statements
from conversations.engine.batch import Batch
from conversations.engine.projections import Projection, projection_parameters

FEW: Final = 3
Rows = list[tuple[Any, ...]]


class Saying:
    """The statements for these read models."""

    def __init__(self, *, projections: Sequence[Projection]) -> None:
        """Put the texts together once."""
        self._one = statements.append_one(steps=[projection.step for projection in projections])
        self._projections = projections

    async def say(
        self,
        connection: psycopg.AsyncConnection,
        batches: Mapping[str, Batch],
        *,
        lock_timeout: str | None = None,
        judge: bool = False,
    ) -> dict[str, Rows]:
        """Commit the tenants' batches; answer APPEND's rows of each.

        A tenant with fewer rows than events has some that could not be said one by one: say it again with `judge`,
        which finds what is written by now to be repeats. After an error nothing of all is written.
        """
        cursors: dict[str, list[psycopg.AsyncCursor]] = {}
        async with connection.pipeline(), connection.transaction():
            if lock_timeout is not None:
                await connection.execute("SELECT set_config('lock_timeout', %s, true)", [lock_timeout])
            for schema, batch in batches.items():
                if not judge and self._is_simple(batch):
                    cursors[schema] = await self._one_by_one(connection, schema, batch)
                else:
                    cursors[schema] = [await self._together(connection, schema, batch)]
        return {schema: await _rows(found) for schema, found in cursors.items()}

    def _is_simple(self, batch: Batch) -> bool:
        return len(batch.unique) <= FEW and all(
            draft.client_id is not None
            and draft.sender is not None
            and all(draft.fact.kind in projection.steps for projection in self._projections)
            for draft in batch.unique
        )

    async def _one_by_one(
        self, connection: psycopg.AsyncConnection, schema: str, batch: Batch
    ) -> list[psycopg.AsyncCursor]:
        """Lock before the first event takes a position and so the tenant's head: locks have an order.

        Several of one stream too: a stream that opens between them must not take the second and leave the first.
        """
        if len(batch.unique) > 1:
            await _execute(connection, statements.LOCK, schema, {"streams": packing.uuids(batch.locks)})
        return [await _execute(connection, self._one, schema, params) for params in batch.one_by_one(schema=schema)]

    async def _together(self, connection: psycopg.AsyncConnection, schema: str, batch: Batch) -> psycopg.AsyncCursor:
        await _execute(connection, statements.LOCK, schema, {"streams": packing.uuids(batch.locks)})
        appended = await _execute(connection, statements.APPEND, schema, batch.packed(schema=schema))
        ids = projection_parameters(subjects=batch.subjects)
        subjects = {name: packing.uuids(values) for name, values in ids.items()}
        for projection in self._projections:
            await _execute(connection, projection.catch_up, schema, subjects)
        return appended


async def _execute(
    connection: psycopg.AsyncConnection, text: str, schema: str, params: Mapping[str, Any]
) -> psycopg.AsyncCursor:
    return await connection.cursor().execute(statements.qualified(text, schema).encode(), params)


async def _rows(cursors: Sequence[psycopg.AsyncCursor]) -> Rows:
    """Number the rows of statements that said one event each."""
    if len(cursors) == 1:
        return await cursors[0].fetchall()
    found = [await cursor.fetchall() for cursor in cursors]
    return [(n, *row[1:]) for n, rows in enumerate(found, start=1) for row in rows]
