"""Promises of time: how late a step is taken while ten thousand clocks run, and what it costs that they run."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
import psycopg
from django.db import transaction
from psycopg import sql

from conversations.definitions.commands import publish
from conversations.engine import log, timers
from conversations.engine.streams import new_subject
from conversations.threads.actors import SYSTEM
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.models import TicketRow
from conversations.tickets.promises.rules.plan import Plan
from conversations.tickets.promises.scene import count_edition
from conversations.tickets.rules.changing import Wanted
from tenants.audit.noting import Who
from tenants.context import TenantRef, tenant_context
from tests.benchmarks import machine, stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.plan import quantiles
from tests.serving import Worker

CLOCKS: Final = 10_000
SPREAD_S: Final = 600  # over which the first steps of all of them come due: 17 a second
STEP_MIN: Final = 60
LEAD_S: Final = 40.0  # before the first is due: nothing happens meanwhile, and that is measured
BURST: Final = 1000
WITHIN_S: Final = 120.0

SEEN: Final = "SELECT position, body->>'due_at' FROM {}.event WHERE position > %s AND kind = 'ticket.escalated.v1'"


def measure(bench: Bench) -> dict[str, object]:
    """Answer what idle clocks cost, how late steps are, how late a thousand at one moment, and a new policy for all."""
    tenant = stage.open_tenant()
    count, found = CLOCKS // (10 if bench.quick else 1), dict[str, object]()
    bench.say(f"clocks: {count} tickets")
    _promise(tenant, 10)
    begin = datetime.now(UTC) + timedelta(seconds=LEAD_S)
    _open(tenant, [begin + timedelta(seconds=n * SPREAD_S / count) for n in range(count)])
    found["clocks"] = count
    with _worker(bench) as watched:
        time.sleep(5.0)
        bench.say("clocks: none is due")
        idle_s = max((begin - datetime.now(UTC)).total_seconds() - 1.0, 5.0)
        found["idle"] = _watch(watched, seconds=idle_s)
        bench.note(item="clocks", found=found)
        bench.say("clocks: seventeen a second are due")
        found["steady"] = _look_on(bench, tenant, watched, seconds=20.0 if bench.quick else 60.0)
        bench.note(item="clocks", found=found)
        bench.say("clocks: a new policy for all")
        found["published"] = _republish(tenant, watched)
        bench.note(item="clocks", found=found)
        bench.say("clocks: many at one moment")
        found["burst"] = _burst(bench, tenant, watched, count=BURST // (10 if bench.quick else 1))
    return found


@contextmanager
def _worker(bench: Bench) -> Iterator[dict[str, list[int]]]:
    """Let a worker work, on the core of the servers; answer whose CPU is of interest."""
    with Worker(dsn=bench.dsn) as working:
        machine.pin(working.popen.pid, machine.SERVER_CORE)
        yield {"worker": [working.popen.pid], "postgres": [bench.postmaster]}


def _promise(tenant: TenantRef, hours: int) -> None:
    ladder = [
        {"key": "first", "when": "after_start", "minutes": STEP_MIN, "tells": [{"role": "owner"}]},
        {"key": "second", "when": "before_breach", "minutes": 30},
    ]
    calendar = {"name": "C", "time_zone": "Asia/Shanghai", "week": dict.fromkeys(_DAYS, _HOURS)}
    body = {"name": "P", "calendar": "c", "targets": {"resolution": {"usual": hours * 60}}, "ladder": ladder}
    now, by = datetime.now(UTC), Who(kind="system")
    with tenant_context(tenant):
        publish(kind="calendar", key="c", body=calendar, now=now, by=by)
        publish(kind="sla_policy", key="p", body=body, now=now, by=by)


_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HOURS: Final = [{"opens": "00:00", "closes": "24:00"}]  # always, and it has to be found out each time


def _open(tenant: TenantRef, dues: Sequence[datetime]) -> None:
    """Let there be a ticket for each of these moments, at which its first step is due: one opened, others like it."""
    step = timedelta(minutes=STEP_MIN)
    with tenant_context(tenant):
        first = open_ticket(actor=SYSTEM, wanted=Wanted(title="A parcel"), now=dues[0] - step)
        like = TicketRow.objects.get(id=first)
        with transaction.atomic():
            timers.hold()
            rows = [_copy(like, number, due) for number, due in enumerate(dues[1:], start=like.number + 1)]
            log.ensure_streams(subjects=[row.id for row in rows])
            TicketRow.objects.bulk_create(rows, batch_size=1000)
            timers.rest()


def _copy(like: TicketRow, number: int, due: datetime) -> TicketRow:
    """Answer a ticket like another one that began at another time."""
    plan = msgspec.convert(like.plan, Plan)
    begun = due - timedelta(minutes=STEP_MIN)
    clocks = tuple(msgspec.structs.replace(clock, start=begun, since=begun) for clock in plan.clocks)
    said = {field.attname: getattr(like, field.attname) for field in like._meta.concrete_fields}  # Django's own
    said |= {"id": new_subject(), "number": number, "opened_at": begun, "changed_at": begun, "due_at": due}
    said |= {"plan": msgspec.to_builtins(msgspec.structs.replace(plan, clocks=clocks)), "terms": ["parcel"]}
    return TicketRow(**{**said, "public_seq": 0, "staff_seq": 0})


def _watch(watched: dict[str, list[int]], *, seconds: float) -> dict[str, Any]:
    before = machine.watch(watched)
    time.sleep(seconds)
    after = machine.watch(watched)
    return {"seconds": round(seconds, 1), "cores_busy": _busy(before, after, seconds)}


def _busy(before: dict[str, float], after: dict[str, float], seconds: float) -> dict[str, float]:
    return {name: round((after[name] - before[name]) / seconds, 4) for name in after}


def _look_on(bench: Bench, tenant: TenantRef, watched: dict[str, list[int]], *, seconds: float) -> dict[str, Any]:
    """Look on from outside for a while, as anybody sees it: answer how late each step is when it can be read."""
    before, began = machine.watch(watched), time.monotonic()
    late = _see(bench, tenant, until=lambda _: time.monotonic() - began > seconds)
    took, after = time.monotonic() - began, machine.watch(watched)
    return {"steps": len(late), "late_ms": quantiles(late), "cores_busy": _busy(before, after, took)}


def _see(bench: Bench, tenant: TenantRef, *, until: Any) -> list[float]:
    late: list[float] = []
    with psycopg.connect(bench.dsn, autocommit=True) as watching:
        query = sql.SQL(SEEN).format(sql.Identifier(tenant.schema))
        position = max((row[0] for row in watching.execute(query, [0]).fetchall()), default=0)
        while not until(late):
            time.sleep(0.02)
            rows, now = watching.execute(query, [position]).fetchall(), datetime.now(UTC)
            late += [(now - datetime.fromisoformat(due_at)).total_seconds() * 1000 for _, due_at in rows]
            position = max((position, *(row[0] for row in rows)))
    return late


def _republish(tenant: TenantRef, watched: dict[str, list[int]]) -> dict[str, Any]:
    """Put another version in force; answer how long it takes until all tickets go by it, and opening one meanwhile."""
    before, began = machine.watch(watched), time.monotonic()
    _promise(tenant, 12)
    waits = []
    with tenant_context(tenant):
        newest = count_edition()
        while TicketRow.objects.filter(edition__lt=newest, settled_at__isnull=True).exists():
            if time.monotonic() - began > WITHIN_S:
                raise RuntimeError(f"not all tickets go by the new policy within {WITHIN_S} s")
            asked = time.monotonic()
            open_ticket(actor=SYSTEM, wanted=Wanted(title="Meanwhile"), now=datetime.now(UTC))
            waits.append((time.monotonic() - asked) * 1000)
            time.sleep(0.1)
    took, after = time.monotonic() - began, machine.watch(watched)
    return {"took_s": round(took, 1), "opening_ms": quantiles(waits), "cores_busy": _busy(before, after, took)}


def _burst(bench: Bench, tenant: TenantRef, watched: dict[str, list[int]], *, count: int) -> dict[str, Any]:
    due = datetime.now(UTC) + timedelta(seconds=15)
    _open(tenant, [due] * count)
    time.sleep(max((due - datetime.now(UTC)).total_seconds() - 1.0, 0.0))
    before, began = machine.watch(watched), time.monotonic()
    late = _see(bench, tenant, until=lambda late: len(late) >= count or time.monotonic() - began > WITHIN_S)
    took, after = time.monotonic() - began, machine.watch(watched)
    return {"steps": len(late), "late_ms": quantiles(late), "cores_busy": _busy(before, after, took)}
