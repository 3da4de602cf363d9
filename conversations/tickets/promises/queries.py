"""Reading promises: what runs of tickets, and until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from conversations.tickets.models import TicketRow
from conversations.tickets.promises.rules.clock import Clock, breach_at
from conversations.tickets.promises.running import Running


class Standing(NamedTuple):
    """A promise that runs, by which policy, and until when; None while it stands still."""

    clock: Clock
    policy: str
    due_at: datetime | None


def get_standings(*, rows: Iterable[TicketRow]) -> dict[UUID, list[Standing]]:
    """Answer what is promised of each of these tickets."""
    running = Running(rows={row.id: row for row in rows})
    return {id_: _standings(running, id_) for id_ in running.plans}


def _standings(running: Running, ticket: UUID) -> list[Standing]:
    plan, terms = running.find(ticket=ticket)
    if plan is None or terms is None:
        return []
    return [Standing(each, plan.policy, breach_at(clock=each, hours=terms.hours)) for each in plan.clocks]
