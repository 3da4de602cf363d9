"""The reader that looks at tickets when something of theirs is due, or when other promises are in force.

It decides nothing: it holds the tickets, and what is overdue is written as before any command about them. Some are
looked at each time, so that a policy that is for ten thousand holds nobody up.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Min

from conversations.audit.events import AuditRecorded
from conversations.engine import timers
from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from conversations.threads.actors import SYSTEM
from conversations.tickets.holding import Held
from conversations.tickets.models import TicketRow
from conversations.tickets.promises.scene import KINDS, count_edition

AT_ONCE: Final = 50
GATHER: Final = timedelta(seconds=0.25)  # what is due soon after a look is looked at together: most of one is the look


def look(*, events: Sequence[Recorded], now: datetime, due: bool) -> None:
    """Write what is overdue, and let some tickets go by what is in force now; be called again for the next."""
    if not due and not any(_is_about_terms(event) for event in events):
        return
    found = _find_due(now)
    found |= _find_stale(limit=AT_ONCE - len(found))
    if found:
        held = Held(tickets=found, named=(), now=now)
        held.write(facts=[], actor=SYSTEM, now=now, renew=True)
    is_more = len(found) >= AT_ONCE
    timers.rest(again=now if is_more else None, earliest=None if is_more else now + GATHER)


def find_next() -> datetime | None:
    """Answer when something is due next."""
    next_: datetime | None = TicketRow.objects.filter(due_at__isnull=False).aggregate(next=Min("due_at"))["next"]
    return next_


def is_due(now: datetime) -> bool:
    """Tell whether something is overdue, or goes by old terms."""
    return bool(_find_due(now) or _find_stale(limit=1))


def find_forgotten_tickets(*, now: datetime) -> None:
    """Have the company looked at if something is overdue or goes by old terms, whatever its head says of when."""
    if is_due(now):
        with transaction.atomic():
            timers.call_by(due=now)


def _is_about_terms(event: Recorded) -> bool:
    return str(event.body.get("action", "")).partition(".")[0] in KINDS


def _find_due(now: datetime) -> set[UUID]:
    rows = TicketRow.objects.filter(due_at__lte=now).order_by("due_at")
    return set(rows.values_list("id", flat=True)[:AT_ONCE])


def _find_stale(*, limit: int) -> set[UUID]:
    rows = TicketRow.objects.filter(edition__lt=count_edition(), settled_at__isnull=True).order_by("edition")
    return set(rows.values_list("id", flat=True)[:limit])


READER: Final = Reader(
    name="tickets.promises",
    kinds=frozenset({AuditRecorded.kind}),
    apply_page=lambda events, now, due: look(events=events, now=now, due=due),
    timed=True,
    is_due=is_due,
)
