"""The readers of automation: one follows events at once."""

from datetime import datetime
from typing import Final

from conversations.automation.following import follow
from conversations.automation.in_force import read_in_force
from conversations.engine.events import Recorded
from conversations.engine.readers import Reader


def follow_rules(event: Recorded, now: datetime) -> None:
    """Let happen what the company's rules make of an event."""
    follow(event=event, rules=read_in_force().book.following(event=event), now=now)


def wants() -> frozenset[str]:
    """Answer which events some rule follows at once."""
    return read_in_force().book.kinds


RULES: Final = Reader(name="automation.rules", wants=wants, apply=follow_rules)
READERS: Final = (RULES,)
