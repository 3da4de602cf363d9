"""Two real workers, both killed with -9 again and again while thousands of seconds of promises run out: each step once.

A small version; the long one: `YUNKE_PROMISED_TICKETS=2000 ./dev test tests/guarantees/test_promises.py`.
"""

import os
import random
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from conversations.definitions.commands import publish
from conversations.threads.actors import SYSTEM
from conversations.tickets.commands.changing import change
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.rules.changing import Wanted
from tenants.audit.noting import Who
from tenants.context import tenant_context
from tests.serving import Worker
from tests.shop import Shop

TICKETS: Final = int(os.environ.get("YUNKE_PROMISED_TICKETS", "60"))
KILLS: Final = 3
WITHIN_S: Final = 150 + TICKETS / 10
STEPS: Final = ("one", "two", "three")

pytestmark = pytest.mark.timeout(int(WITHIN_S) + 120)


def promise(usual: int) -> None:
    """Put a policy in force whose steps are a few seconds apart where a ticket was opened so long ago."""
    ladder = [{"key": key, "when": "after_start", "minutes": n} for n, key in enumerate(STEPS, start=1)]
    body: dict[str, Any] = {"name": "P", "targets": {"resolution": {"usual": usual}}, "ladder": ladder}
    publish(kind="sla_policy", key="p", body=body, now=datetime.now(UTC), by=Who(kind="system"))


def ago(*, minutes: int, rng: random.Random) -> timedelta:
    return timedelta(minutes=minutes, seconds=-rng.uniform(0, 20))


def test_each_step_is_taken_once_whoever_is_killed(database: str, shop: Shop) -> None:
    begun, rng = datetime.now(UTC), random.Random(7)
    with tenant_context(shop.tenant):
        promise(usual=2)
        # Opened two or three minutes ago: a step of each comes due while they are killed, others have been for long.
        tickets = [
            open_ticket(actor=SYSTEM, wanted=Wanted(title="T"), now=begun - ago(minutes=2 + n % 2, rng=rng))
            for n in range(TICKETS)
        ]
    for n in range(KILLS):
        with ExitStack() as stack:
            workers = [stack.enter_context(Worker(dsn=database)) for _ in range(2)]
            with tenant_context(shop.tenant):
                promise(usual=3 + n)  # what runs goes by other terms meanwhile
            time.sleep(rng.uniform(1.5, 4))
            for worker in workers:
                worker.kill()
    with Worker(dsn=database), Worker(dsn=database):
        until = time.monotonic() + WITHIN_S
        while len(taken(shop)) < TICKETS * len(STEPS):
            assert time.monotonic() < until, f"{TICKETS * len(STEPS) - len(taken(shop))} are left"
            with tenant_context(shop.tenant):  # and people go on working
                change(
                    ticket=rng.choice(tickets),
                    actor=SYSTEM,
                    wanted=Wanted(text=str(time.time())),
                    now=datetime.now(UTC),
                )
            time.sleep(0.2)
    assert set(taken(shop).values()) == {1}
    assert set(taken(shop)) == {(ticket, step) for ticket in map(str, tickets) for step in STEPS}


def taken(shop: Shop) -> Counter[tuple[str, str]]:
    """Answer how often each step of each ticket was taken."""
    events = [event for event in shop.read_all() if event.kind == "ticket.escalated.v1"]
    return Counter((event.body["ticket"], event.body["level"]) for event in events)
