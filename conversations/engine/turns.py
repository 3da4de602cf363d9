"""Entries that wait for the writer: each tenant's in the order they came, the tenants in turn. No I/O, no own clock.

Who sends much gets much while nobody else wants anything. In company nobody gets so much of a commit that the others
feel it: a commit is as long as what is in it, and everybody waits for the one before theirs. While somebody writes who
says little, on whichever lane, those who say much share a few places, and rest for some time after each commit: else
they would have all of this process's time, and PostgreSQL's. Among themselves they need not do so.
"""

from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from conversations.engine.company import Company

if TYPE_CHECKING:
    from conversations.engine.entry import Entry

MAX_EVENTS: Final = 512
MAX_TENANTS: Final = 64
IN_COMPANY: Final = 64  # a tenant's events in one commit while others write, too; eight such tenants fill it
LOUD_TOGETHER: Final = 24
REST: Final = 3.0  # times as long as the commit took
LONGEST_REST_S: Final = 0.05


class Turns:
    """One lane's queue."""

    def __init__(self, *, company: Company) -> None:
        """Start empty. The order of the tenants' queues is the order of their turns; the company is all lanes'."""
        self._queues: dict[str, deque[Entry]] = {}
        self._count = 0
        self._company = company
        self._loud: set[str] = set()
        self._took_loud = False
        self._loud_from = 0.0

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
        wanted = self._wanted(now)
        fair = max(MAX_EVENTS // max(len(wanted), 1), 1)
        shares = {schema: min(most, fair) for schema, most in wanted.items()}
        left = MAX_EVENTS - sum(shares.values())
        for schema, most in wanted.items():
            more = min(most - shares[schema], left)
            shares[schema] += more
            left -= more
        return [entry for schema, share in shares.items() for entry in self._take_some(schema, share)]

    def took(self, *, seconds: float, now: float) -> None:
        """Hear how long the commit took with what was taken last."""
        if self._took_loud:
            self._loud_from = now + min(REST * seconds, LONGEST_REST_S)

    def pause(self, now: float) -> float | None:
        """Answer the seconds until something can be taken; None if there is nothing."""
        if not self._queues:
            return None
        return 0.0 if self._queues.keys() - self._loud else max(self._loud_from - now, 0.0)

    def empty(self) -> "list[Entry]":
        """Take out everything."""
        entries = [entry for queue in self._queues.values() for entry in queue]
        self._queues, self._count = {}, 0
        return entries

    def _wanted(self, now: float) -> dict[str, int]:
        """Answer how many events each tenant whose turn it is may have in this commit at most."""
        self._loud = self._company.loud(tenants=self._queues, now=now)
        rests = self._loud if now < self._loud_from else set()
        tenants = list(islice((schema for schema in self._queues if schema not in rests), MAX_TENANTS))
        most = IN_COMPANY if self._company.is_company(tenants=self._queues) else MAX_EVENTS
        taking = self._loud.intersection(tenants)
        self._took_loud = bool(taking)
        of_loud = max(LOUD_TOGETHER // max(len(taking), 1), 1)
        return {schema: min(len(self._queues[schema]), of_loud if schema in self._loud else most) for schema in tenants}

    def _take_some(self, schema: str, share: int) -> "list[Entry]":
        """Take a tenant's first entries; what it has beyond them waits for all others' turns."""
        queue = self._queues.pop(schema)
        taken = [queue.popleft() for _ in range(share)]
        if queue:
            self._queues[schema] = queue
        self._company.count(schema=schema, events=share)
        self._count -= share
        return taken
