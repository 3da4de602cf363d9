"""The log's reader that makes deliveries: one for each event and endpoint that is told of it, exactly once.

Where a tenant has no endpoint, no event is read for it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import connection

from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from integrations.webhooks import statements
from integrations.webhooks.choosing import choose, find_inboxes
from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import kinds_told
from tenants.database.models import new_id
from tenants.outgoing.moments import call_by

_COLUMNS: Final = ("id", "kinds", "scopes", "filters", "since")


def find_wanted() -> frozenset[str]:
    """Answer the kinds of events that any endpoint of the current tenant is told."""
    return frozenset[str]().union(*(kinds_told(row=row) for row in _endpoints()))


def make_deliveries(events: Sequence[Recorded], now: datetime, _due: bool) -> None:  # noqa: FBT001 # a reader's shape
    """Write a delivery for each event and endpoint, due now."""
    made, rows = [], _endpoints()
    inboxes = find_inboxes(rows=rows, events=events)
    for row in rows:
        news = [event for event in events if event.position > row["since"]]
        told = choose(row=row, events=news, inboxes=inboxes)
        made += [(new_id(), row["id"], event.position, event.kind) for event in told]
    if not made:
        return
    ids, endpoints, positions, names = map(list, zip(*made, strict=True))
    said: dict[str, Any] = {"ids": ids, "endpoints": endpoints, "positions": positions, "kinds": names, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(statements.MAKE, said)
    call_by(due=now, wake=True)


def _endpoints() -> list[dict[str, Any]]:
    return list(Endpoint.objects.filter(removed_at=None, since__isnull=False).values(*_COLUMNS))


READER: Final = Reader(name="webhooks", wants=find_wanted, apply_page=make_deliveries, page=500)
