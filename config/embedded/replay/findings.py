"""What must not have happened, by kind, each thing counted once however many readers saw it."""

from collections.abc import Hashable
from typing import Final, Literal

Kind = Literal[
    "lost", "duplicated", "reordered", "altered", "leaked", "exposed", "holes", "undelivered", "unread", "refused"
]
KINDS: Final[dict[Kind, str]] = {
    "lost": "messages that are not where they were sent",
    "duplicated": "messages that are there, or were delivered, twice",
    "reordered": "messages that stand in another order, or elsewhere than their ack said",
    "altered": "messages with another text, author or sender",
    "leaked": "things of one tenant or conversation found in another",
    "exposed": "staff content that a visitor received",
    "holes": "numbers that are missing in seq or position",
    "undelivered": "messages that a live subscriber never received",
    "unread": "things that could not be read back",
    "refused": "frames and requests that the server refused",
}


class Findings:
    """The same key is the same thing."""

    def __init__(self) -> None:
        """Nothing bad so far."""
        self._found: dict[Kind, dict[Hashable, str]] = {kind: {} for kind in KINDS}

    def add(self, *, kind: Kind, key: Hashable, detail: str) -> None:
        """Note something; the first detail stays."""
        self._found[kind].setdefault(key, detail)

    def counts(self) -> dict[Kind, int]:
        """Answer how much of each kind there is."""
        return {kind: len(found) for kind, found in self._found.items()}

    def details(self, *, most: int) -> list[str]:
        """Answer the first few of each kind in words."""
        return [f"{kind}: {text}" for kind, found in self._found.items() for text in list(found.values())[:most]]

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing bad was found."""
        return not any(self._found.values())
