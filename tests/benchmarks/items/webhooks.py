"""Webhooks: deliveries a second to a receiver on this machine, and what one that hangs costs the others."""

import itertools
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from statistics import median
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec

from conversations.threads import rules
from conversations.threads.actors import Actor, of_member
from integrations.webhooks import commands, proving
from tenants.context import TenantRef, tenant_context
from tenants.members.queries import get_members
from tests.benchmarks import machine, stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.plan import quantiles
from tests.benchmarks.receiver import STALLED, Arrival, Arrived
from tests.benchmarks.running import Listening
from tests.benchmarks.stage import Room
from tests.serving import Worker, free_port
from tests.shop import Shop

STRETCHES: Final = 5
ROUNDS: Final = 3  # each without and with one that hangs
RATE: Final = 50  # messages a second in ten companies, each told to two receivers
LINES: Final = 250  # messages in one transaction
WITHIN_S: Final = 120.0
HUNG_S: Final = 11.0  # a request lasts ten at most
NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def measure(bench: Bench) -> dict[str, object]:
    """Answer both, as they are found."""
    found: dict[str, object] = {}
    rooms = [next(room for room in bench.rooms if room.tenant == tenant) for tenant in _tenants(bench)]
    with receiver() as told:
        for name, some, each in (("one_receiver", rooms[:1], 1), ("ten_companies", rooms, 2)):
            bench.say(f"webhooks: {name}, from a backlog")
            found[name] = _drain(bench, told, some, each)
            bench.note(item="webhooks", found=found)
        found["one_hangs"] = _hang(bench, told)
    return found


def _tenants(bench: Bench) -> list[TenantRef]:
    return list(dict.fromkeys(room.tenant for room in bench.rooms))


@contextmanager
def receiver() -> Iterator[Listening]:
    """Serve a receiver, on the core of the stores."""
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.receiver", str(port)]
    with Listening(command, port=port, core=machine.OTHER_CORE, environment=NOTHING) as told:
        yield told


@contextmanager
def worker(bench: Bench) -> Iterator[Worker]:
    """Let a worker work, on the core of the servers."""
    with Worker(dsn=bench.dsn) as working:
        machine.pin(working.popen.pid, machine.SERVER_CORE)
        yield working


@contextmanager
def endpoint(*, tenant: TenantRef, url: str) -> Iterator[UUID]:
    """Have an endpoint, that is well as far as anybody knows."""
    by = _admin(tenant)
    with tenant_context(tenant):
        terms: dict[str, Any] = {"kinds": ["message.posted.v1"], "scopes": [], "headers": {}, "description": ""}
        row, _ = commands.register(url=url, **terms, by=by, now=datetime.now(UTC))
        proving.prove(endpoint=row.id, by=by, now=datetime.now(UTC))
    try:
        yield row.id
    finally:
        with tenant_context(tenant):
            commands.remove(endpoint=row.id, by=by, now=datetime.now(UTC))


def _admin(tenant: TenantRef) -> Actor:
    return next(of_member(member=member) for member in get_members(tenant=tenant) if member.may("webhooks.manage"))


def _drain(bench: Bench, told: Listening, rooms: Sequence[Room], each: int) -> dict[str, Any]:
    """Let everything wait, then let a worker go: answer how fast it came, from the log to the receiver."""
    events = (500 if bench.quick else 1500) * 10 // (len(rooms) * each)
    with ExitStack() as stack:
        for room in rooms:
            for n in range(each):
                stack.enter_context(endpoint(tenant=room.tenant, url=f"http://127.0.0.1:{told.port}/{n}"))
            _write(room, events)
        collect(told)
        working = stack.enter_context(worker(bench))
        watched = {"worker": [working.popen.pid], "postgres": [bench.postmaster], "receiver": [told.pid]}
        before, began = machine.watch(watched), time.monotonic()
        came = _wait(told, events * len(rooms) * each)
        took, after = time.monotonic() - began, machine.watch(watched)
    return {**_rates(came), "cores_busy": {name: round((after[name] - before[name]) / took, 2) for name in after}}


def _write(room: Room, events: int) -> None:
    shop, posted = Shop(tenant=room.tenant), rules.post(actor=room.guest.actor, text=stage.TEXT)
    for first in range(0, events, LINES):
        shop.write(room.guest.conversation, [posted] * min(LINES, events - first), sender=room.guest.actor.id)


def _wait(told: Listening, count: int) -> Arrived:
    """Wait for so many deliveries; refuse figures of a run in which one did not come, or came twice."""
    until, found, ids = time.monotonic() + WITHIN_S, Arrived(of={}, connections=0), set[str]()
    while len(ids) < count:
        if time.monotonic() > until:
            raise RuntimeError(f"{len(ids)} of {count} deliveries came within {WITHIN_S} s")
        time.sleep(1.0)
        more = collect(told)
        found.connections += more.connections
        for path, arrivals in more.of.items():
            found.of.setdefault(path, []).extend(arrivals)
            ids.update(arrival.id for arrival in arrivals)
    return found


def collect(told: Listening) -> Arrived:
    """Answer what came since the last time."""
    with urllib.request.urlopen(f"http://127.0.0.1:{told.port}/", timeout=30) as answer:
        return msgspec.json.decode(answer.read(), type=Arrived)


def _rates(came: Arrived) -> dict[str, Any]:
    """Answer the median over equal parts, but for the beginning and the end."""
    times = sorted(arrival.at for arrivals in came.of.values() for arrival in arrivals)
    count, first = len(times), len(times) // 10
    size = (count - 2 * first) // STRETCHES
    marks = [times[first + size * n] for n in range(STRETCHES + 1)]
    rates = [size / (end - start) for start, end in itertools.pairwise(marks)]
    return {
        "deliveries": count,
        "deliveries_per_s": round(median(rates), 1),
        "spread": [round(min(rates), 1), round(max(rates), 1)],
        "connections": came.connections,
    }


def _hang(bench: Bench, told: Listening) -> dict[str, Any]:
    """Answer how late deliveries are, from their event to the receiver, without and with an endpoint that hangs."""
    well, hung = [], []
    with ExitStack() as stack:
        for tenant in _tenants(bench):
            for n in range(2):
                stack.enter_context(endpoint(tenant=tenant, url=f"http://127.0.0.1:{told.port}/{n}"))
        server = stack.enter_context(bench.server())
        stack.enter_context(worker(bench))

        def talk() -> list[float]:
            collect(told)
            seats = stage.seats(rooms=bench.rooms)
            bench.measure(
                port=server.port, seats=seats, server=server.pid, rate=RATE, runs=1, measure_s=2 * bench.seconds
            )
            time.sleep(2.0)
            return _late(collect(told))

        talk()  # everything is warm then
        for n in range(ROUNDS):
            bench.say(f"webhooks: {RATE} messages/s, round {n + 1} of {ROUNDS}")
            well.append(talk())
            with endpoint(tenant=bench.rooms[0].tenant, url=f"http://127.0.0.1:{told.port}{STALLED}"):
                hung.append(talk())
            time.sleep(HUNG_S)
    return _compare(well, hung)


def _late(came: Arrived) -> list[float]:
    well: list[Arrival] = [one for path, arrivals in came.of.items() if path != STALLED for one in arrivals]
    return [one.late_ms for one in well]


def _compare(well: Sequence[list[float]], hung: Sequence[list[float]]) -> dict[str, Any]:
    found: dict[str, Any] = {"messages_per_s": RATE, "deliveries": sum(map(len, [*well, *hung]))}
    for name, runs in (("without", well), ("with", hung)):
        each = [quantiles(run) for run in runs]
        found[name] = {which: round(median(one[which] for one in each), 1) for which in ("p50", "p99", "max")}
        found[name]["p99_spread"] = [round(pick(one["p99"] for one in each), 1) for pick in (min, max)]
    found["p99_ratio"] = round(found["with"]["p99"] / found["without"]["p99"], 3)
    return found
