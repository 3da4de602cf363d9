"""Looking again whether the records of proved domains are still in the DNS: a chore of the worker."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q

from tenants.audit.noting import SYSTEM, Target, note
from tenants.context import platform_context
from tenants.models import SsoDomain
from tenants.resolving import LookupFailed, find_texts
from tenants.sso.commands import record_name, record_text

EVERY: Final = timedelta(hours=12)
SOON: Final = timedelta(hours=1)
GRACE: Final = timedelta(days=7)
AT_ONCE: Final = 20


def recheck_due(*, now: datetime) -> int:
    """Look at the proved domains whose time has come; answer how many.

    One whose record is gone is flagged, and counts no more once it has been for GRACE. A DNS that does not answer says
    nothing.
    """
    with platform_context():
        due = SsoDomain.objects.filter(Q(next_at=None) | Q(next_at__lte=now), proved_at__isnull=False)
        rows = list(due.order_by("next_at")[:AT_ONCE])
    for row in rows:
        _recheck(row, now)
    return len(rows)


def trusted_until(*, row: SsoDomain) -> datetime | None:
    """Answer when a proved domain whose record is gone counts no more, unless the record comes back."""
    return row.missing_since + GRACE if row.missing_since else None


def _recheck(row: SsoDomain, now: datetime) -> None:
    try:
        is_there = record_text(row) in [text.strip() for text in find_texts(name=record_name(row))]
    except LookupFailed:
        with platform_context():
            SsoDomain.objects.filter(id=row.id).update(next_at=now + SOON)
        return
    with platform_context(), transaction.atomic():
        held = SsoDomain.objects.select_for_update().filter(id=row.id, proved_at__isnull=False).first()
        if held is not None:
            _keep(held, now) if is_there else _miss(held, now)


def _keep(row: SsoDomain, now: datetime) -> None:
    if row.missing_since is not None:
        _note(row, "sso.domain_found_again", now)
    row.missing_since, row.next_at = None, now + EVERY
    row.save(update_fields=["missing_since", "next_at"])


def _miss(row: SsoDomain, now: datetime) -> None:
    if row.missing_since is None:
        row.missing_since = now
        _note(row, "sso.domain_missing", now)
    row.next_at = min(now + EVERY, row.missing_since + GRACE)
    if now >= row.missing_since + GRACE:
        row.proved_at = row.missing_since = row.next_at = None
        _note(row, "sso.domain_lost", now)
    row.save(update_fields=["proved_at", "missing_since", "next_at"])


def _note(row: SsoDomain, action: str, now: datetime) -> None:
    target = Target(kind="domain", id=str(row.id), label=row.domain)
    note(tenant=row.tenant_id, who=SYSTEM, action=action, target=target, now=now)
