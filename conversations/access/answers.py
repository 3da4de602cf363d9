"""Answers kept by Idempotency-Key: asking again does nothing twice. config/idempotency.py is the one place that asks.

Where a request's effect is one transaction of the tenant, the answer is kept by that same transaction. Where it is not
(it reaches into public, too), the key is claimed first; who is killed while holding a claim leaves it to run out.
"""

import hashlib
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import OperationalError, connection, transaction

from conversations.access.models import IdempotencyKey
from tenants.context import current_tenant, platform_context
from tenants.models import PlatformAnswer
from tenants.refusals import Refusal

KEPT_FOR: Final = timedelta(hours=24)
CLAIMED_FOR: Final = timedelta(seconds=60)
SWEPT_AT_ONCE: Final = 1000
LOCK_TIMED_OUT: Final = "55P03"  # PostgreSQL's own number
_SWEPT: Final = 10  # times, so that thousands of tenants whose programs are busy are kept up with


class KeyReused(Refusal):
    """This Idempotency-Key was used before with another request."""

    code = "idempotency_key_reused"
    status = 422


class StillRunning(Refusal):
    """The first request with this Idempotency-Key is not done yet; try again."""

    code = "still_running"
    status = 409
    wait = 0


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where answers are kept: the table, whose they are (for the names of locks), and the scope it is reached in."""

    rows: type[IdempotencyKey | PlatformAnswer]
    place: Callable[[], str]
    scope: Callable[[], AbstractContextManager[None]]


TENANTS: Final = Shelf(IdempotencyKey, lambda: current_tenant().schema, nullcontext)
PLATFORM: Final = Shelf(PlatformAnswer, lambda: "platform", platform_context)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: who asks under which key, and a digest of what is asked."""

    caller: str
    key: str
    request: str

    @property
    def digest(self) -> str:
        """Answer what is stored of caller and key."""
        return hashlib.sha256(f"{self.caller}\0{self.key}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it is kept. A status of 400 or more is never kept: what was refused had no effect."""

    status: int
    body: str
    location: str | None = None


def run_in_transaction(*, asked: Asked, now: datetime, run: Callable[[], Kept]) -> Kept | None:
    """Run, and keep the answer by the same transaction; answer None then, else what was kept. A refusal rolls back."""
    with transaction.atomic():
        kept = _find(TENANTS, asked, now)
        if kept is None:
            # Before, because what runs may append, and then the whole tenant waits for COMMIT.
            _keep(TENANTS, asked, now, None, None)
            answer = run()
            if answer.status < 400:  # HTTP's own border
                said = {"status": answer.status, "body": answer.body, "location": answer.location}
                IdempotencyKey.objects.filter(digest=asked.digest).update(**said)
            else:
                transaction.set_rollback(True)
        return kept


def wait_for_others(*, asked: Asked) -> None:
    """Let nobody else run what is asked until COMMIT; wait 5 s at most for whoever does. Raises StillRunning.

    The lock is the one that is tried afterwards: of two locks the one may be free while the other is still held.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        try:
            with transaction.atomic():
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(TENANTS, asked)])
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) == LOCK_TIMED_OUT:
                raise StillRunning from None
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def run_with_claim(*, asked: Asked, now: datetime, run: Callable[[], Kept], shelf: Shelf = TENANTS) -> Kept | None:
    """Claim, run outside of any transaction, keep the answer; answer None then, else what was kept."""
    until = now + CLAIMED_FOR
    with shelf.scope(), transaction.atomic():
        kept = _find(shelf, asked, now)
        if kept is not None:
            return kept
        _keep(shelf, asked, now, None, until)
    done = False
    try:
        answer = run()
        if answer.status < 400:  # HTTP's own border
            with shelf.scope():
                _keep(shelf, asked, now, answer, None)
            done = True
    finally:
        if not done:
            with shelf.scope():
                shelf.rows.objects.filter(digest=asked.digest, status=None, claimed_until=until).delete()
    return None


def forget_answers(*, now: datetime, shelf: Shelf = TENANTS) -> None:
    """Delete what is older than is kept, some at a time."""
    rows = shelf.rows.objects.filter(asked_at__lt=now - KEPT_FOR)
    old = rows.order_by("asked_at").values_list("id", flat=True)
    for _ in range(_SWEPT):
        found = list(old[:SWEPT_AT_ONCE])
        shelf.rows.objects.filter(id__in=found).delete()
        if len(found) < SWEPT_AT_ONCE:
            return


def forget_mentioning(*, ids: Collection[UUID]) -> None:
    """Delete the answers that name any of these: what they tell is to be found nowhere."""
    IdempotencyKey.objects.filter(body__regex="|".join(str(id_) for id_ in ids)).delete()


def _find(shelf: Shelf, asked: Asked, now: datetime) -> Kept | None:
    """Lock the key until COMMIT; answer what is kept under it. Raises StillRunning or KeyReused."""
    _lock(shelf, asked)
    row = shelf.rows.objects.filter(digest=asked.digest, asked_at__gt=now - KEPT_FOR).first()
    if row is None:
        return None
    if row.request != asked.request:
        raise KeyReused
    if row.status is not None:
        return Kept(row.status, row.body, row.location)
    if row.claimed_until is not None and row.claimed_until > now:
        raise StillRunning
    return None


def _lock(shelf: Shelf, asked: Asked) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(shelf, asked)])
        (locked,) = cursor.fetchone() or (False,)
    if not locked:
        raise StillRunning


def _number(shelf: Shelf, asked: Asked) -> int:
    """Answer the lock, of the tenant and of what is asked: the number is made of both names."""
    name = f"{shelf.place()} {asked.digest}".encode()
    return int.from_bytes(hashlib.sha256(name).digest()[:8], signed=True)


def _keep(shelf: Shelf, asked: Asked, now: datetime, answer: Kept | None, claimed_until: datetime | None) -> None:
    values = {
        "request": asked.request,
        "status": answer.status if answer else None,
        "body": answer.body if answer else "",
        "location": answer.location if answer else None,
        "asked_at": now,
        "claimed_until": claimed_until,
    }
    shelf.rows.objects.update_or_create(digest=asked.digest, defaults=values)
