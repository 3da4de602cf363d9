"""Taking what is due in one tenant, in one transaction: each delivery gets a new fencing number and a lease.

What is due next is where the tenant's moment (tenants/outgoing) stands afterwards. Of an endpoint that got as much as
it may have, that is a second away: whoever sends to it looks again by itself when there is room, and might be killed.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from conversations.engine import log
from conversations.engine.events import Recorded, UnknownKind
from integrations.webhooks import payload, statements
from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import get_target, is_told_names, may_be_told
from integrations.webhooks.sending.requesting import LEASE_S, Job
from tenants.context import TenantRef, tenant_context
from tenants.outgoing.moments import call_at, hold
from tenants.secrets import Unreadable

FULL_S: Final = 1.0
EVENT_GONE: Final = "event_gone"
NOT_TOLD: Final = "not_told"  # what it may be told was narrowed down since
IN_VAIN: Final = frozenset({EVENT_GONE, NOT_TOLD})  # never sent, and says nothing of how the endpoint does
Share = Callable[[Sequence[tuple[UUID, int]]], dict[UUID, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken; whether there may be more that had no room now; whether owners must be told of something."""

    jobs: list[Job] = field(default_factory=list)
    is_full: bool = False
    is_untold: bool = False


def take(*, tenant: TenantRef, share: Share, now: datetime, taken: float) -> Taken:
    """Take what is due; `share` is asked with each open endpoint and its failures in a row, how many it may have."""
    with tenant_context(tenant), transaction.atomic():
        rows = {row.id: row for row in Endpoint.objects.filter(removed_at=None, since__isnull=False)}
        is_untold = any(row.off_why and row.told_at is None for row in rows.values())
        open_ = [(row.id, row.failures) for row in rows.values() if _is_open(row, now)]
        shares = share(open_)
        found = _take(shares, now)
        full = _find_full(open_, shares, found)
        if not is_untold:
            hold()
            call_at(due=_find_next(full, now))
        jobs = _make_jobs(tenant, rows, found, now, taken)
    return Taken(jobs=jobs, is_full=bool(full), is_untold=is_untold)


def _is_open(row: Endpoint, now: datetime) -> bool:
    usable = row.proved_at is not None and row.paused_at is None and row.off_at is None
    return usable and (row.rests_until is None or row.rests_until <= now)


def _take(shares: dict[UUID, int], now: datetime) -> list[Any]:
    if not shares:
        return []
    said: dict[str, Any] = {
        "endpoints": list(shares),
        "slots": list(shares.values()),
        "now": now,
        "lease": now + timedelta(seconds=LEASE_S),
    }
    with connection.cursor() as cursor:
        cursor.execute(statements.TAKE, said)
        return list(cursor.fetchall())


def _find_full(open_: Sequence[tuple[UUID, int]], shares: dict[UUID, int], found: Sequence[Any]) -> list[UUID]:
    """Answer the endpoints that got as many as they may have, so that more may be due."""
    got = Counter(row[1] for row in found)
    return [id_ for id_, _ in open_ if got[id_] >= shares.get(id_, 0)]


def _find_next(full: list[UUID], now: datetime) -> datetime | None:
    with connection.cursor() as cursor:
        cursor.execute(statements.NEXT, {"besides": full})
        due: datetime | None = cursor.fetchone()[0]
    soon = [now + timedelta(seconds=FULL_S)] if full else []
    return min([*soon, *([due] if due is not None else [])], default=None)


def _make_jobs(
    tenant: TenantRef, rows: dict[UUID, Endpoint], found: Sequence[Any], now: datetime, taken: float
) -> list[Job]:
    events = log.read_at(positions=[row[2] for row in found if row[2] is not None]) if found else {}
    said: dict[UUID, dict[str, Any]] = {id_: _describe(rows[id_], now) for id_ in {row[1] for row in found}}
    jobs = []
    for id_, endpoint, position, made_at, fence, attempts in found:
        body, trouble = _write(id_, rows[endpoint], made_at, position, events)
        more = {"body": body, "trouble": trouble} | said[endpoint]
        numbers = {"fence": fence, "attempts": attempts, "taken": taken}
        jobs.append(Job(tenant=tenant, endpoint=endpoint, id=id_, **numbers, **more))
    return jobs


def _describe(row: Endpoint, now: datetime) -> dict[str, Any]:
    try:
        return {"failures": row.failures, "target": get_target(endpoint=row, now=now)}
    except Unreadable:
        return {"failures": row.failures, "target": None}


def _write(
    id_: UUID, row: Endpoint, made_at: datetime, position: int | None, events: dict[int, Recorded]
) -> tuple[bytes, str]:
    """Answer the body, or what is wrong."""
    if position is None:
        return payload.write_test(id_=id_, at=made_at), ""
    if position not in events:
        return b"", EVENT_GONE
    try:
        if not may_be_told(endpoint=row, kind=events[position].kind):
            return b"", NOT_TOLD
        return payload.write(id_=id_, event=events[position], personal=is_told_names(endpoint=row)), ""
    except UnknownKind:
        return b"", "unknown_kind"
