"""Who writes in this process just now, over all lanes of the writer, and who of them says much. No I/O, no own clock.

Who is alone, or among their like, is not held back by anything here.
"""

from collections.abc import Collection
from typing import Final

COMPANY_S: Final = 1.0  # who has written within this time, or in the one before, is company
LOUD: Final = 256  # events in these two times
TIMES: Final = 4  # as many as anybody who says less
JUDGED_S: Final = 0.02  # there may be thousands, and each commit asks


class Company:
    """Counts what each tenant has written in this second and in the one before."""

    def __init__(self) -> None:
        """Nobody is here."""
        self._now_until = self._judged_until = 0.0
        self._written: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._said: dict[str, int] = {}
        self._much: set[str] = set()
        self._most_of_others: int | None = None

    def count(self, *, schema: str, events: int) -> None:
        """Hear that a tenant's events are being written."""
        self._written[schema] = self._written.get(schema, 0) + events

    def is_company(self, *, tenants: Collection[str]) -> bool:
        """Tell whether there is anybody else, with these who wait to write."""
        parts = self._written.keys(), self._before.keys(), tenants
        return max(map(len, parts)) > 1 or len(set().union(*parts)) > 1

    def loud(self, *, tenants: Collection[str], now: float) -> set[str]:
        """Answer who says so much more than others that those feel it; nobody where all say much.

        Somebody who says a little less than the loudest must not make them loud: then many who say the same would be
        held back for those of them who are just below a line. `tenants` wait to write; `now` is monotonic, in seconds.
        """
        if now >= self._judged_until:
            self._judge(now)
        most = self._most_of_others
        if most is None:
            most = 0 if any(schema not in self._said for schema in tenants) else None
        return set() if most is None else {schema for schema in self._much if self._said[schema] > TIMES * most}

    def _judge(self, now: float) -> None:
        if now >= self._now_until:
            is_next = now < self._now_until + COMPANY_S
            self._before, self._written = self._written if is_next else {}, {}
            self._now_until = now + COMPANY_S
        self._judged_until = now + JUDGED_S
        present = self._written.keys() | self._before.keys()
        self._said = {schema: self._written.get(schema, 0) + self._before.get(schema, 0) for schema in present}
        self._much = {schema for schema, count in self._said.items() if count > LOUD}
        self._most_of_others = max((count for count in self._said.values() if count <= LOUD), default=None)
