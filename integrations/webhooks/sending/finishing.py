"""Noting what came of attempts, in one transaction a tenant: on the delivery, and for the endpoint's health."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import connection, transaction

from conversations.audit.commands import record
from integrations.webhooks import statements
from integrations.webhooks.models import Endpoint
from integrations.webhooks.queries import why_off
from integrations.webhooks.rules.attempts import Attempt, Health, follow, judge
from integrations.webhooks.sending.requesting import Done, Job
from integrations.webhooks.sending.taking import IN_VAIN
from tenants.audit.noting import SYSTEM, Target
from tenants.context import TenantRef, tenant_context
from tenants.outgoing.moments import call_by

KEPT_TRIES: Final = 12
_HEALTH: Final = ("failures", "failing_since", "rests_until", "off_why", "off_at")


def finish(*, tenant: TenantRef, done: Sequence[Done], now: datetime) -> None:
    """Note attempts of one tenant; those that somebody else has taken over meanwhile do not count.

    What was taken and not sent is due again.
    """
    tried = [(one, one.attempt) for one in done if one.attempt is not None]
    unsent = [one.job for one in done if one.attempt is None]
    with tenant_context(tenant), transaction.atomic():
        _hold_endpoints([one.job.endpoint for one, attempt in tried if one.job.failures or not attempt.is_ok])
        results = [_result(one, attempt) for one, attempt in tried]
        counted = _write(results, now) if results else set()
        off = _note_health([(one, attempt) for one, attempt in tried if one.job.id in counted], now)
        for row in off:
            _record(row, now)
        if unsent:
            _give_back(unsent, now)
        dues = [result["due_at"] for result in results if result["due_at"] is not None]
        call_by(due=min([*dues, *([now] if off or unsent else [])], default=None))


def _hold_endpoints(ids: Sequence[UUID]) -> None:
    """Hold those whose health may change before their deliveries, as whoever replays them does."""
    list(Endpoint.objects.select_for_update().filter(id__in=ids).order_by("id").values_list("id"))


def _give_back(jobs: Sequence[Job], now: datetime) -> None:
    ordered = sorted(jobs, key=lambda job: job.id.int)
    said: dict[str, Any] = {"ids": [job.id for job in ordered], "fences": [job.fence for job in ordered], "now": now}
    with connection.cursor() as cursor:
        cursor.execute(statements.GIVE_BACK, said)


def _result(one: Done, attempt: Attempt) -> dict[str, Any]:
    made = one.job.attempts + 1
    state, due = follow(attempt=attempt, made=made, luck=random.random())  # noqa: S311 - it spreads, and guards nothing
    if attempt.error in IN_VAIN:
        state, due = "failed", None
    kept = msgspec.json.encode(attempt).decode()
    return {"id": one.job.id, "fence": one.job.fence, "state": state, "due_at": due, "attempts": made, "attempt": kept}


def _write(results: Sequence[dict[str, Any]], now: datetime) -> set[UUID]:
    ordered = sorted(results, key=lambda result: result["id"].int)
    names = {"ids": "id", "fences": "fence", "states": "state", "dues": "due_at", "attempts": "attempts"}
    said = {many: [result[one] for result in ordered] for many, one in {**names, "tries": "attempt"}.items()}
    with connection.cursor() as cursor:
        cursor.execute(statements.FINISH, {**said, "now": now, "kept": KEPT_TRIES})
        return {id_ for (id_,) in cursor.fetchall()}


def _note_health(tried: Sequence[tuple[Done, Attempt]], now: datetime) -> list[Endpoint]:
    """Keep how the endpoints do, where that changes; answer those that are switched off by it."""
    attempts: dict[UUID, list[Attempt]] = {}
    unwell = {one.job.endpoint for one, attempt in tried if one.job.failures or not attempt.is_ok}
    for one, attempt in tried:
        if one.job.endpoint in unwell and attempt.error not in IN_VAIN:
            attempts.setdefault(one.job.endpoint, []).append(attempt)
    rows = Endpoint.objects.select_for_update().filter(id__in=attempts, removed_at=None).order_by("id")
    return [row for row in rows if _judge(row, attempts[row.id], now)]


def _judge(row: Endpoint, attempts: Sequence[Attempt], now: datetime) -> bool:
    """Keep an endpoint's health; answer whether that switches it off."""
    known = {"failing_since": row.failing_since, "rests_until": row.rests_until}
    before = Health(failures=row.failures, off_why=why_off(endpoint=row), **known)
    after = judge(health=before, attempts=attempts, now=now)
    if after == before:
        return False
    row.failures, row.failing_since, row.rests_until = after.failures, after.failing_since, after.rests_until
    is_off = bool(after.off_why) and row.off_at is None
    if is_off:
        row.off_why, row.off_at, row.told_at = after.off_why, now, None
    row.save(update_fields=[*_HEALTH, "told_at"])
    return is_off


def _record(row: Endpoint, now: datetime) -> None:
    target = Target(kind="webhook", id=str(row.id), label=row.url)
    record(who=SYSTEM, action="webhook.switched_off", target=target, now=now, after={"why": row.off_why})
