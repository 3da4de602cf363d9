"""What the writer says to PostgreSQL in one transaction: everything in one go, committed at its end.

A tenant in company costs by the statement, not by the event: so events of kinds for which the read models have a step
are said with it in one statement, one event by itself or several together; everything else is locked, appended and
caught up with. Whoever calls decides when, and what becomes of errors.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from conversations.engine import packing, statements
from conversations.engine.batch import Batch
from conversations.engine.pipe import Pipe, Rows, Statement, rows_of
from conversations.engine.projections import Projection, projection_parameters

_HURRY: Final = "SELECT set_config('lock_timeout', %(timeout)s, true)"
_Reading = Callable[[Rows], Rows]  # what was answered, as APPEND's rows


class Saying:
    """The statements for these read models."""

    def __init__(self, *, projections: Sequence[Projection]) -> None:
        """Put the texts together once."""
        self._one = statements.append_one(steps=[projection.step for projection in projections])
        self._fresh = statements.append_fresh(strides=[projection.stride for projection in projections])
        self._projections = projections

    async def say(
        self,
        pipe: Pipe,
        batches: Mapping[str, Batch],
        *,
        lock_timeout: str | None = None,
        judge: bool = False,
    ) -> dict[str, Rows]:
        """Commit the tenants' batches; answer APPEND's rows of each.

        A tenant with fewer rows than events has some that could not be said the short way: say it again with `judge`,
        which finds what is written by now to be repeats. After an error nothing of all is written.
        """
        said: list[Statement] = [] if lock_timeout is None else [(_HURRY, {"timeout": lock_timeout})]
        places: dict[str, tuple[int, _Reading]] = {}
        for schema, batch in batches.items():
            short = not judge and self._is_simple(batch)
            saying, answering, read = self._short(schema, batch) if short else self._whole(schema, batch)
            places[schema] = len(said) + answering, read
            said.extend(saying)
        found = await pipe.transact(said)
        return {schema: read(rows_of(found[n])) for schema, (n, read) in places.items()}

    def _is_simple(self, batch: Batch) -> bool:
        return batch.can_be_fresh and all(
            draft.fact.kind in projection.steps for draft in batch.unique for projection in self._projections
        )

    def _short(self, schema: str, batch: Batch) -> tuple[list[Statement], int, _Reading]:
        """Answer what is said, which of it answers, and how. One event locks by itself."""
        if len(batch.unique) == 1:
            return [_statement(self._one, schema, batch.one(schema=schema))], 0, _as_is
        fresh = _statement(self._fresh, schema, batch.fresh(schema=schema))
        return [_lock(schema, batch), fresh], 1, batch.fresh_rows

    def _whole(self, schema: str, batch: Batch) -> tuple[list[Statement], int, _Reading]:
        ids = projection_parameters(subjects=batch.subjects)
        subjects = {name: packing.uuids(values) for name, values in ids.items()}
        catching_up = [_statement(projection.catch_up, schema, subjects) for projection in self._projections]
        append = _statement(statements.APPEND, schema, batch.packed(schema=schema))
        return [_lock(schema, batch), append, *catching_up], 1, _as_is


def _as_is(rows: Rows) -> Rows:
    return rows


def _lock(schema: str, batch: Batch) -> Statement:
    return _statement(statements.LOCK, schema, {"streams": packing.uuids(batch.locks)})


def _statement(text: str, schema: str, params: Mapping[str, Any]) -> Statement:
    return statements.qualified(text, schema), params
