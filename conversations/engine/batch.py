"""From drafts to the parameters of APPEND, and from its rows to outcomes. Pure: commands, writer and tests share it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from conversations.engine import packing
from conversations.engine.events import Draft, Recorded
from conversations.engine.streams import stream_of, subject_of
from tenants.refusals import Refusal

Verdict = Literal["new", "repeat", "reused", "blocked", "stale", "missing"]


class Outcome(msgspec.Struct, frozen=True):
    """What became of one draft: `recorded` is set for `new` and `repeat` (then it is the first one's)."""

    verdict: Verdict
    recorded: Recorded | None


class ClientIdReused(Refusal):
    """This client id was used before with another content."""

    code = "conflict"
    status = 409


class StreamBlocked(Refusal):
    """Nothing more can be written here."""

    code = "closed"
    status = 409


class StaleAccess(Refusal):
    """Your access changed meanwhile."""

    code = "stale"
    status = 409


class StreamMissing(Refusal):
    """There is no such thing here."""

    code = "not_found"
    status = 404


REFUSALS: Final[dict[Verdict, type[Refusal]]] = {
    "reused": ClientIdReused,
    "blocked": StreamBlocked,
    "stale": StaleAccess,
    "missing": StreamMissing,
}


class Batch:
    """Drafts of one tenant on their way into the log. The same draft twice in one batch is written once."""

    def __init__(self, *, drafts: Sequence[Draft], at: datetime) -> None:
        """Sort nothing: the order given is the order written; only the locks are taken in sorted order."""
        self.at = at
        self.unique: list[Draft] = []
        self.place: list[int] = []
        self._bodies: list[bytes] = []
        seen: dict[tuple[UUID, UUID, str], int] = {}
        for draft in drafts:
            key = self._key(draft)
            first = seen.get(key) if key else None
            if first is None:
                first = len(self.unique)
                self.unique.append(draft)
                self._bodies.append(msgspec.json.encode(draft.fact))
                if key:
                    seen[key] = first
            self.place.append(first)
        self.drafts = drafts
        self.streams = [stream_of(subject=d.subject, audience=d.fact.audience) for d in self.unique]

    @staticmethod
    def _key(draft: Draft) -> tuple[UUID, UUID, str] | None:
        if draft.client_id is None or draft.sender is None:
            return None
        return stream_of(subject=draft.subject, audience=draft.fact.audience), draft.sender, draft.client_id

    @cached_property
    def locks(self) -> list[UUID]:
        """The streams to lock, sorted: every transaction locks in this order, so none waits for another in a ring."""
        return sorted(set(self.streams))

    @property
    def subjects(self) -> list[UUID]:
        """What the batch writes about, sorted."""
        return sorted({subject_of(stream=stream) for stream in self.streams})

    def parameters(self, *, schema: str | None) -> dict[str, Any]:
        """Answer the parameters of APPEND; `schema` is given by the writer only."""
        return {
            "streams": self.streams,
            "senders": [d.sender for d in self.unique],
            "client_ids": [d.client_id for d in self.unique],
            "kinds": [d.fact.kind for d in self.unique],
            "bodies": [body.decode() for body in self._bodies],
            "access": [d.access for d in self.unique],
            "at": self.at,
            "schema": schema,
        }

    def packed(self, *, schema: str) -> dict[str, Any]:
        """Answer the parameters of APPEND for a connection that binds on the server's side: ready bytes."""
        return {
            "streams": packing.uuids(self.streams),
            "senders": packing.uuids([d.sender for d in self.unique]),
            "client_ids": packing.texts([d.client_id for d in self.unique]),
            "kinds": packing.texts([d.fact.kind for d in self.unique]),
            "bodies": packing.texts(self._bodies),
            "access": packing.integers([d.access for d in self.unique]),
            "at": self.at,
            "schema": schema,
        }

    @property
    def can_be_fresh(self) -> bool:
        """Tell whether all can be repeated, and none counts on another state of a stream than the others do."""
        read_at = {(s, d.access) for s, d in zip(self.streams, self.unique, strict=True) if d.access is not None}
        return len(read_at) == len({stream for stream, _ in read_at}) and all(
            draft.client_id is not None and draft.sender is not None for draft in self.unique
        )

    def one(self, *, schema: str) -> dict[str, Any]:
        """Answer the parameters of the text that appends the only event, packed as far as that helps."""
        (draft,), (stream,), (body,) = self.unique, self.streams, self._bodies
        return {
            "stream": stream,
            "subject": draft.subject,
            "sender": draft.sender,
            "client_id": draft.client_id,
            "kind": draft.fact.kind,
            "body": body.decode(),
            "access": draft.access,
            "at": self.at,
            "schema": schema,
        }

    def fresh(self, *, schema: str) -> dict[str, Any]:
        """Answer the parameters of the text that appends several events at once, packed."""
        places, offsets, counts = self._places
        access = {s: d.access for s, d in zip(self.streams, self.unique, strict=True) if d.access is not None}
        return {
            **self.packed(schema=schema),
            "streams": packing.uuids(self.locks),
            "access": packing.integers([access.get(stream) for stream in self.locks]),
            "places": packing.integers(places),
            "offsets": packing.integers(offsets),
            "counts": packing.integers(counts),
            "total": len(self.unique),
        }

    def fresh_rows(self, answer: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        """Answer APPEND's rows from what that text answers: the position and the streams' seqs before, or nothing."""
        if not answer:
            return []
        ((position, seqs),) = answer
        places, offsets, _ = self._places
        return [
            (n, "new", seqs[place - 1] + offset, position + n, self.at)
            for n, (place, offset) in enumerate(zip(places, offsets, strict=True), start=1)
        ]

    @cached_property
    def _places(self) -> tuple[list[int], list[int], list[int]]:
        """Answer each event's stream among the sorted ones and its number there, both from 1, and their counts."""
        index = {stream: n for n, stream in enumerate(self.locks)}
        counts = [0] * len(index)
        offsets = []
        for stream in self.streams:
            counts[index[stream]] += 1
            offsets.append(counts[index[stream]])
        return [index[stream] + 1 for stream in self.streams], offsets, counts

    def outcomes(self, rows: Sequence[tuple[int, Verdict, int, int, datetime]]) -> list[Outcome]:
        """Answer one outcome a draft, in the order given, from APPEND's rows (n, verdict, seq, position, at)."""
        unique = [self._outcome(row) for row in sorted(rows, key=lambda row: row[0])]
        told: set[int] = set()
        return [
            self._of_draft(draft, first, unique[first], told)
            for draft, first in zip(self.drafts, self.place, strict=True)
        ]

    def _of_draft(self, draft: Draft, first: int, outcome: Outcome, told: set[int]) -> Outcome:
        """The first of equal drafts gets what APPEND said, the others what sending it again would have got."""
        if first not in told or outcome.recorded is None:
            told.add(first)
            return outcome
        if draft.fact != self.unique[first].fact:
            return Outcome("reused", None)
        return Outcome("repeat", outcome.recorded)

    def _outcome(self, row: tuple[int, Verdict, int, int, datetime]) -> Outcome:
        n, verdict, seq, position, at = row
        if verdict not in ("new", "repeat"):
            return Outcome(verdict, None)
        draft = self.unique[n - 1]
        body = msgspec.json.decode(self._bodies[n - 1])  # as it will be read: a tuple comes back as a list
        stream = self.streams[n - 1]
        return Outcome(
            verdict, Recorded(stream, seq, position, draft.fact.kind, draft.sender, draft.client_id, body, at)
        )
