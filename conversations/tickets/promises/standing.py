"""How the promises that run stand now, all of a company together: what the wall shows."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, Q
from django.db.models.expressions import RawSQL

from conversations.tickets.models import TicketRow
from tenants.describing import Answer

SOON: Final = timedelta(minutes=30)
# A step of the ladder was taken, and nobody has said that they heard.
_UNHEARD: Final = "plan @? '$.clocks[*] ? (exists(@.reached[0]) && !exists(@.acknowledged_at))'"


class PromisesNow(Answer, frozen=True):
    """Tickets that are not settled: how many are promised something, of how many a promise is `broken`.

    Of `soon` something is due within half an hour; of `unheard` somebody was told, and nobody has said that they heard.
    """

    promised: int
    broken: int
    soon: int
    unheard: int


def count_now(*, now: datetime) -> PromisesNow:
    """Count them."""
    rows = TicketRow.objects.filter(settled_at__isnull=True, plan__isnull=False)
    rows = rows.annotate(unheard=RawSQL(_UNHEARD, ()))  # noqa: S611 - a constant
    found = rows.aggregate(
        promised=Count("id"),
        broken=Count("id", filter=Q(plan__contains={"clocks": [{"broken": True}]})),
        soon=Count("id", filter=Q(due_at__lte=now + SOON)),
        silent=Count("id", filter=Q(unheard=True)),
    )
    return PromisesNow(promised=found["promised"], broken=found["broken"], soon=found["soon"], unheard=found["silent"])
