"""The log in memory: same outcomes as PostgreSQL's (one contract test runs over both), for rules and live tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from conversations.engine.batch import Batch, Outcome, Verdict
from conversations.engine.events import Draft, Recorded
from conversations.engine.streams import streams_of


class MemoryLog:
    """One tenant's log."""

    def __init__(self) -> None:
        """Start empty."""
        self.events: list[Recorded] = []
        self._streams: dict[UUID, dict[str, Any]] = {}

    def open_streams(self, *, subject: UUID) -> None:
        """Make both streams of a subject."""
        for stream in streams_of(subject=subject):
            self._streams[stream] = {"seq": 0, "is_open": True, "access": 1}

    def change_stream(self, *, stream: UUID, is_open: bool = True, access: int = 1) -> None:
        """Set the guard of a stream."""
        self._streams[stream].update(is_open=is_open, access=access)

    def append(self, *, drafts: Sequence[Draft], at: datetime) -> list[Outcome]:
        """Write the drafts; answer an outcome for each, refusals included."""
        batch = Batch(drafts=drafts, at=at)
        before = list(self.events)
        rows = [self._judge(n, draft, batch, before) for n, draft in enumerate(batch.unique, start=1)]
        return batch.outcomes(rows)

    def read_stream(self, *, stream: UUID, after: int, limit: int = 500) -> list[Recorded]:
        """Answer the stream's events with seq > `after`, in order."""
        return [e for e in self.events if e.stream == stream and e.seq > after][:limit]

    def read_tenant(self, *, after: int, limit: int = 500) -> list[Recorded]:
        """Answer the events with position > `after`, in order."""
        return self.events[after : after + limit]

    def _judge(
        self, n: int, draft: Draft, batch: Batch, before: list[Recorded]
    ) -> tuple[int, Verdict, int, int, datetime]:
        stream = batch.streams[n - 1]
        body = msgspec.json.decode(msgspec.json.encode(draft.fact))
        guard = self._streams.get(stream)
        old = self._find(before, stream, draft)
        if guard is None:
            return n, "missing", 0, 0, batch.at
        if old is not None:
            same = old.kind == draft.fact.kind and old.body == body
            return n, "repeat" if same else "reused", old.seq, old.position, old.at
        if not guard["is_open"]:
            return n, "blocked", 0, 0, batch.at
        if draft.access not in (None, guard["access"]):
            return n, "stale", 0, 0, batch.at
        guard["seq"] += 1
        position = len(self.events) + 1
        self.events.append(
            Recorded(stream, guard["seq"], position, draft.fact.kind, draft.sender, draft.client_id, body, batch.at)
        )
        return n, "new", guard["seq"], position, batch.at

    @staticmethod
    def _find(events: list[Recorded], stream: UUID, draft: Draft) -> Recorded | None:
        if draft.client_id is None or draft.sender is None:
            return None
        key = (stream, draft.sender, draft.client_id)
        return next((e for e in events if (e.stream, e.sender, e.client_id) == key), None)
