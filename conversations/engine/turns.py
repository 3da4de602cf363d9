"""Entries that wait for the writer: each tenant's in the order they came, the tenants in turn. No I/O, no own clock.

Who sends much gets much while nobody else wants anything. In company nobody gets so much of a commit that the others
feel it: a commit is as long as what is in it, and everybody waits for the one before theirs. While somebody writes who
says little, those who say much share a few places, so that commits are short; among themselves they need not be.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from conversations.engine.entry import Entry

MAX_EVENTS: Final = 512
MAX_TENANTS: Final = 64
IN_COMPANY: Final = 64  # a tenant's events in one commit while others write, too; eight such tenants fill it
COMPANY_S: Final = 1.0  # who has written within this time, or in the one before, is company
LOUD: Final = 256  # events in these two times
LOUD_TOGETHER: Final = 24


class Turns:
    """One writer's queue."""

    def __init__(self) -> None:
        """Start empty. The order of the tenants' queues is the order of their turns."""
        self._queues: dict[str, deque[Entry]] = {}
        self._count = 0
        self._now_until = 0.0
        self._written: dict[str, int] = {}  # events of each tenant in this second
        self._before: dict[str, int] = {}  # and in the one before

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
        self._look_at(now)
        wanted = self._wanted(list(islice(self._queues, MAX_TENANTS)))
        fair = max(MAX_EVENTS // max(len(wanted), 1), 1)
        shares = {schema: min(most, fair) for schema, most in wanted.items()}
        left = MAX_EVENTS - sum(shares.values())
        for schema, most in wanted.items():
            more = min(most - shares[schema], left)
            shares[schema] += more
            left -= more
        return [entry for schema, share in shares.items() for entry in self._take_some(schema, share)]

    def empty(self) -> "list[Entry]":
        """Take out everything."""
        entries = [entry for queue in self._queues.values() for entry in queue]
        self._queues, self._count = {}, 0
        return entries

    def _look_at(self, now: float) -> None:
        if now >= self._now_until:
            is_next = now < self._now_until + COMPANY_S
            self._before, self._written = self._written if is_next else {}, {}
            self._now_until = now + COMPANY_S

    def _wanted(self, tenants: list[str]) -> dict[str, int]:
        """Answer how many events each tenant may have in this commit at most."""
        company = self._written.keys() | self._before.keys() | set(tenants)
        loud = {schema for schema in company if self._written.get(schema, 0) + self._before.get(schema, 0) > LOUD}
        most = IN_COMPANY if len(company) > 1 else MAX_EVENTS
        of_loud = max(LOUD_TOGETHER // max(len(loud.intersection(tenants)), 1), 1) if company - loud else most
        return {schema: min(len(self._queues[schema]), of_loud if schema in loud else most) for schema in tenants}

    def _take_some(self, schema: str, share: int) -> "list[Entry]":
        """Take a tenant's first entries; what it has beyond them waits for all others' turns."""
        queue = self._queues.pop(schema)
        taken = [queue.popleft() for _ in range(share)]
        if queue:
            self._queues[schema] = queue
        self._written[schema] = self._written.get(schema, 0) + share
        self._count -= share
        return taken
