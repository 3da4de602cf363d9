"""The reader that notes how promises went. It needs nothing but the log, so it may begin anew at any time."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.engine.readers import Reader
from conversations.engine.streams import streams_of
from conversations.tickets.events import (
    TicketAssigned,
    TicketCommented,
    TicketEscalated,
    TicketHeard,
    TicketMoved,
    TicketOpened,
    TicketPrioritized,
    TicketPromiseBroken,
    TicketPromiseKept,
)
from conversations.tickets.reports.models import PromiseOutcome
from conversations.tickets.reports.rules import Standing, find_cause, stand

TOLD: Final = frozenset({TicketPromiseKept.kind, TicketPromiseBroken.kind, TicketEscalated.kind})
_STANDING: Final = (
    *(TicketOpened.kind, TicketPrioritized.kind, TicketMoved.kind),
    *(TicketAssigned.kind, TicketCommented.kind, TicketHeard.kind),
)
_COLUMNS: Final = ("stream", "seq", "position", "kind", "sender", "client_id", "body", "at")


def note(event: Recorded, _now: datetime) -> None:
    """Note what an event says of a promise."""
    fact = event.fact()
    match fact:
        case TicketEscalated(level=level, step=step):
            _write(fact, level=level, steps=step)
        case TicketPromiseBroken(due_at=due_at):
            standing = _find_standing(fact.ticket, before=event.position)
            _write(fact, outcome="broken", at=due_at, cause=find_cause(standing=standing), **_belonging(standing))
        case TicketPromiseKept(late=True, took_s=took_s):
            _write(fact, outcome="late", took_s=took_s)
        case TicketPromiseKept(took_s=took_s):
            standing = _find_standing(fact.ticket, before=event.position)
            _write(fact, outcome="kept", at=event.at, took_s=took_s, **_belonging(standing))


def _write(fact: TicketEscalated | TicketPromiseBroken | TicketPromiseKept, **said: Any) -> None:
    place: dict[str, Any] = {"ticket": fact.ticket, "promise": fact.promise, "start": fact.start}
    terms = {"policy": fact.policy, "version": fact.version}
    PromiseOutcome.objects.update_or_create(**place, defaults={**terms, **said})


def _belonging(standing: Standing) -> dict[str, Any]:
    return {
        "type": standing.type,
        "priority": standing.priority,
        "team": standing.team or "",
        "owner": standing.owner,
    }


def _find_standing(ticket: UUID, *, before: int) -> Standing:
    """Answer what the ticket was like just before a position, as its log tells it."""
    rows = Event.objects.filter(stream__in=streams_of(subject=ticket), kind__in=_STANDING, position__lt=before)
    events = [Recorded(*row) for row in rows.order_by("position").values_list(*_COLUMNS)]
    return stand(facts=[event.fact() for event in events])


READER: Final = Reader(name="tickets.reports", kinds=TOLD, apply=note)
