"""Every event reaches every receiver, whatever it does wrong and whoever is killed with -9 meanwhile.

A small version; the long one: `YUNKE_WEBHOOK_EVENTS=20000 ./dev test tests/guarantees/test_webhooks.py`.
"""

import os
import threading
import time
from contextlib import ExitStack
from typing import Any, Final

import pytest
from django.test import Client
from standardwebhooks import Webhook

from integrations.webhooks.models import Delivery
from tenants.context import tenant_context
from tests.conftest import ClientFor, MakeMember
from tests.guarantees.webhooks.faults import FAULTS, first
from tests.receiver import Receiver, Told, receiving
from tests.serving import Worker
from tests.shop import Shop

EVENTS: Final = int(os.environ.get("YUNKE_WEBHOOK_EVENTS", "30"))
HOOKS: Final = "/api/v1/webhooks"
JSON: Final = "application/json"
# Fewer than make an endpoint rest: the test is about what is lost, not about for how long it waits.
DISTURBED: Final = 3
WITHIN_S: Final = 120 + EVENTS / 10

pytestmark = pytest.mark.timeout(int(WITHIN_S) + 120)


def register(admin: Client, receiver: Receiver) -> dict[str, Any]:
    """Register a receiver that is well, and let it prove itself."""
    body = {"url": receiver.url, "kinds": ["message.posted.v1"], "scopes": ["personal:read"]}
    made: dict[str, Any] = admin.post(HOOKS, body, content_type=JSON).json()
    assert admin.post(f"{HOOKS}/{made['id']}/verify", {}, content_type=JSON).status_code == 200
    return made


def count_left(shop: Shop) -> int:
    """Answer how many deliveries are not taken, or are not made yet."""
    with tenant_context(shop.tenant):
        return EVENTS * len(FAULTS) - Delivery.objects.filter(state="delivered").count()


def wait(shop: Shop, admin: Client, hooks: dict[str, dict[str, Any]], *, until: int) -> None:
    """Wait until at most so many are left; switch on again who was switched off."""
    end = time.monotonic() + WITHIN_S
    while (left := count_left(shop)) > until:
        assert time.monotonic() < end, f"{left} are left"
        gone = hooks["is gone"]["id"]
        if admin.get(f"{HOOKS}/{gone}").json()["status"] == "off":
            admin.post(f"{HOOKS}/{gone}/resume", {}, content_type=JSON)
        time.sleep(0.2)


def test_nothing_is_lost_and_each_counts_once(
    database: str, shop: Shop, make_member: MakeMember, client_for: ClientFor
) -> None:
    admin = client_for(shop.tenant, make_member(shop.tenant, role="admin"))
    with ExitStack() as stack:
        receivers = {name: stack.enter_context(receiving()) for name in FAULTS}
        hooks = {name: register(admin, receiver) for name, receiver in receivers.items()}
        for name, receiver in receivers.items():
            receiver.disturb = first(times=0 if name == "none" else DISTURBED, fault=FAULTS[name])
        guest = shop.welcome()
        with Worker(dsn=database) as worker:
            said = [shop.say(guest.conversation, guest.actor, f"number {n}").position for n in range(EVENTS // 2)]
            wait(shop, admin, hooks, until=EVENTS * len(FAULTS) - EVENTS)
            worker.kill()
        said += [shop.say(guest.conversation, guest.actor, f"number {n}").position for n in range(EVENTS // 2, EVENTS)]
        with Worker(dsn=database):
            wait(shop, admin, hooks, until=0)
        for name, receiver in receivers.items():
            check(name, receiver, hooks[name]["secret"], said)


def test_a_worker_that_is_asked_to_end_notes_what_is_under_way(
    database: str, shop: Shop, make_member: MakeMember, client_for: ClientFor
) -> None:
    admin = client_for(shop.tenant, make_member(shop.tenant, role="admin"))
    begun = threading.Event()

    def take_its_time(_told: Told) -> tuple[int, dict[str, str], bytes]:
        begun.set()
        time.sleep(2)
        return 200, {}, b""

    with receiving() as receiver, Worker(dsn=database) as worker:
        register(admin, receiver)
        receiver.answer = take_its_time
        shop.welcome(text="hello")
        assert begun.wait(60)
        worker.terminate()
        worker.popen.wait(timeout=30)
    with tenant_context(shop.tenant):
        assert [(row.state, row.attempts) for row in Delivery.objects.all()] == [("delivered", 1)]


def check(name: str, receiver: Receiver, secret: str, said: list[int]) -> None:
    """Every event is there, under one id each, and every request, disturbed or not, was signed."""
    ids: dict[int, set[str]] = {}
    for told in [*receiver.events, *receiver.disturbed]:
        body = Webhook(secret).verify(told.body, told.headers)
        ids.setdefault(body["data"]["position"], set()).add(told.id)
    assert {told.said["data"]["position"] for told in receiver.events} == set(said), name
    assert all(len(found) == 1 for found in ids.values()), name
    assert len({told.id for told in receiver.events}) == len(said), f"{name}: an idempotent receiver counts each once"
    assert len(receiver.disturbed) == (0 if name == "none" else DISTURBED), name
