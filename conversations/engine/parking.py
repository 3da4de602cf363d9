"""Where the writer keeps the entries of tenants that cannot be written just now. No I/O, no clock of its own."""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from conversations.engine.entry import Entry

_FIRST_PAUSE_S: Final = 0.05
_LONGEST_PAUSE_S: Final = 1.0


class Parking:
    """Entries by tenant in the order they came, each tenant with a time to try again that doubles."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: dict[str, list[Entry]] = {}
        self._until: dict[str, float] = {}
        self._pause: dict[str, float] = {}

    def __len__(self) -> int:
        """Count all entries."""
        return sum(map(len, self._entries.values()))

    def count(self, schema: str) -> int:
        """Count a tenant's entries."""
        return len(self._entries.get(schema, ()))

    def has_waited(self, schema: str) -> bool:
        """Tell whether a tenant was parked since it was last written: it may well have to wait again."""
        return schema in self._pause

    def holds(self, schema: str) -> bool:
        """Tell whether a tenant is parked: what comes for it must then wait behind what is here."""
        return schema in self._entries

    def add(self, entry: "Entry") -> None:
        """Put an entry behind its tenant's others."""
        self._entries[entry.schema].append(entry)

    def park(self, schema: str, entries: "list[Entry]", now: float) -> None:
        """Keep a tenant's entries until a pause has passed."""
        pause = self._pause.get(schema, _FIRST_PAUSE_S)
        self._entries[schema] = [*entries, *self._entries.get(schema, [])]
        self._until[schema] = now + pause
        self._pause[schema] = min(pause * 2, _LONGEST_PAUSE_S)

    def due(self, now: float) -> "list[Entry]":
        """Take out the entries of all tenants whose pause has passed."""
        due: list[Entry] = []
        for schema in [schema for schema, until in self._until.items() if until <= now]:
            due.extend(self._entries.pop(schema))
            del self._until[schema]
        return due

    def settled(self, schema: str) -> None:
        """Forget how often a tenant had to wait: it was written."""
        self._pause.pop(schema, None)

    def pause(self, now: float) -> float | None:
        """Answer the seconds until the next tenant is due; None when nobody is parked."""
        return max(min(self._until.values()) - now, 0.0) if self._until else None

    def empty(self) -> "list[Entry]":
        """Take out everything."""
        entries = [entry for group in self._entries.values() for entry in group]
        self._entries, self._until = {}, {}
        return entries
