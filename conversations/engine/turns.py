"""Entries that wait for the writer: each tenant's in the order they came, the tenants in turn. No I/O, no own clock.

Who sends much gets much while nobody else wants anything. In company nobody gets so much of a commit that the others
feel it: a commit is as long as what is in it, and everybody waits for the one before theirs.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from conversations.engine.writer import Entry

MAX_EVENTS: Final = 512
MAX_TENANTS: Final = 64
IN_COMPANY: Final = 64  # a tenant's events in one commit while others write, too; eight such tenants fill it
COMPANY_S: Final = 1.0  # who has written within this time is company


class Turns:
    """One writer's queue."""

    def __init__(self) -> None:
        """Start empty. The order of the tenants' queues is the order of their turns."""
        self._queues: dict[str, deque[Entry]] = {}
        self._count = 0
        self._written_at: dict[str, float] = {}

    def __len__(self) -> int:
        """Count all entries."""
        return self._count

    def add(self, entry: "Entry") -> None:
        """Put an entry behind its tenant's others."""
        self._queues.setdefault(entry.schema, deque()).append(entry)
        self._count += 1

    def put_back(self, entries: "Sequence[Entry]") -> None:
        """Put entries, in this order, before their tenants' others."""
        for entry in reversed(entries):
            self._queues.setdefault(entry.schema, deque()).appendleft(entry)
        self._count += len(entries)

    def take(self, now: float) -> "list[Entry]":
        """Take out what is to be written next: some of each tenant whose turn it is. `now` is monotonic, in seconds."""
        tenants = list(islice(self._queues, MAX_TENANTS))
        most = self._most(tenants, now)
        fair = max(MAX_EVENTS // max(len(tenants), 1), 1)
        shares = {schema: min(len(self._queues[schema]), most, fair) for schema in tenants}
        left = MAX_EVENTS - sum(shares.values())
        for schema in tenants:
            more = min(len(self._queues[schema]), most) - shares[schema]
            shares[schema] += min(more, left)
            left -= min(more, left)
        return [entry for schema, share in shares.items() for entry in self._take_some(schema, share, now)]

    def empty(self) -> "list[Entry]":
        """Take out everything."""
        entries = [entry for queue in self._queues.values() for entry in queue]
        self._queues, self._count = {}, 0
        return entries

    def _most(self, tenants: list[str], now: float) -> int:
        """Answer how many events one tenant may have in this commit."""
        self._written_at = {schema: at for schema, at in self._written_at.items() if now - at < COMPANY_S}
        return IN_COMPANY if len(self._written_at.keys() | set(tenants)) > 1 else MAX_EVENTS

    def _take_some(self, schema: str, share: int, now: float) -> "list[Entry]":
        """Take a tenant's first entries; what it has beyond them waits for all others' turns."""
        queue = self._queues.pop(schema)
        taken = [queue.popleft() for _ in range(share)]
        if queue:
            self._queues[schema] = queue
        self._written_at[schema] = now
        self._count -= share
        return taken
