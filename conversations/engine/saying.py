"""What the writer says to PostgreSQL in one transaction: everything in one go, committed at its end.

A tenant in company costs by the statement, not by the event: so a few events of kinds for which the read models have
a step are said one by one, each with its step in the same statement; everything else is locked, appended and caught up
with. Whoever calls decides when, and what becomes of errors.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from conversations.engine import packing, statements
from conversations.engine.batch import Batch
from conversations.engine.pipe import Pipe, Rows, Statement, rows_of
from conversations.engine.projections import Projection, projection_parameters

FEW: Final = 3
_HURRY: Final = "SELECT set_config('lock_timeout', %(timeout)s, true)"


class Saying:
    """The statements for these read models."""

    def __init__(self, *, projections: Sequence[Projection]) -> None:
        """Put the texts together once."""
        self._one = statements.append_one(steps=[projection.step for projection in projections])
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

        A tenant with fewer rows than events has some that could not be said one by one: say it again with `judge`,
        which finds what is written by now to be repeats. After an error nothing of all is written.
        """
        said: list[Statement] = [] if lock_timeout is None else [(_HURRY, {"timeout": lock_timeout})]
        places: dict[str, range] = {}
        for schema, batch in batches.items():
            few = not judge and self._is_simple(batch)
            said.extend(self._locked(schema, batch, few=few))
            answering = len(batch.unique) if few else 1
            places[schema] = range(len(said), len(said) + answering)
            said.extend(self._one_by_one(schema, batch) if few else self._together(schema, batch))
        found = await pipe.transact(said)
        return {schema: _numbered([rows_of(found[n]) for n in place]) for schema, place in places.items()}

    def _is_simple(self, batch: Batch) -> bool:
        return len(batch.unique) <= FEW and all(
            draft.client_id is not None
            and draft.sender is not None
            and all(draft.fact.kind in projection.steps for projection in self._projections)
            for draft in batch.unique
        )

    @staticmethod
    def _locked(schema: str, batch: Batch, *, few: bool) -> list[Statement]:
        """Lock before the first event takes a position and so the tenant's head: locks have an order.

        One event locks by itself. Several of one stream do not: a stream that opens between them must not take the
        second and leave the first.
        """
        if few and len(batch.unique) == 1:
            return []
        return [_statement(statements.LOCK, schema, {"streams": packing.uuids(batch.locks)})]

    def _one_by_one(self, schema: str, batch: Batch) -> list[Statement]:
        return [_statement(self._one, schema, params) for params in batch.one_by_one(schema=schema)]

    def _together(self, schema: str, batch: Batch) -> list[Statement]:
        ids = projection_parameters(subjects=batch.subjects)
        subjects = {name: packing.uuids(values) for name, values in ids.items()}
        return [
            _statement(statements.APPEND, schema, batch.packed(schema=schema)),
            *(_statement(projection.catch_up, schema, subjects) for projection in self._projections),
        ]


def _statement(text: str, schema: str, params: Mapping[str, Any]) -> Statement:
    return statements.qualified(text, schema), params


def _numbered(found: Sequence[Rows]) -> Rows:
    """Number the rows of statements that said one event each."""
    if len(found) == 1:
        return found[0]
    return [(n, *row[1:]) for n, rows in enumerate(found, start=1) for row in rows]
