"""The readers of automation: one follows events at once, one after a time, and one goes on with dry runs."""

from datetime import datetime
from typing import Final

from conversations.automation import dry_running, waiting
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
CLOCKS: Final = Reader(
    name="automation.clocks",
    wants=waiting.wants,
    apply_page=lambda events, now, due: waiting.look(events=events, now=now, due=due),
    timed=True,
    is_due=waiting.is_due,
)
DRY_RUNS: Final = Reader(
    name="automation.dry_runs",
    apply_page=lambda _, now, due: dry_running.look(now=now, due=due),
    timed=True,
    is_due=dry_running.is_due,
)
READERS: Final = (RULES, CLOCKS, DRY_RUNS)


def find_next() -> datetime | None:
    """Answer when the next of all that automation waits for is due."""
    return min((at for at in (waiting.find_next(), dry_running.find_next()) if at is not None), default=None)
