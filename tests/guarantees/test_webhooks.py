"""Every event reaches every receiver, whatever it does wrong and whoever is killed with -9 meanwhile: in small.

In full, with 20,000 events and PostgreSQL restarted, too: `./dev guarantees webhooks`.
"""

import threading
import time
from random import randrange
from typing import Any, Final

import pytest
from django.test import Client

from integrations.webhooks.models import Delivery
from tenants.context import tenant_context
from tests.conftest import ClientFor, MakeMember
from tests.guarantees.webhooks.partners import Counted
from tests.guarantees.webhooks.trial import Size, judge, trial
from tests.receiver import Receiver, Told, receiving
from tests.serving import Worker
from tests.shop import Shop

SMALL: Final = Size(events=60, batch=1, pause_s=0.1, every_s=2.0, stopped_s=1.0, most_s=180.0)
HOOKS: Final = "/api/v1/webhooks"
JSON: Final = "application/json"


@pytest.mark.timeout(300)
def test_nothing_is_lost_and_each_counts_once(database: str, shop: Shop) -> None:
    said = trial(dsn=database, server=None, shop=shop, size=SMALL, seed=randrange(1_000_000))
    assert said["kept"], said
    assert said["workers_killed"] > 0, said
    assert said["disturbed"] >= 9 * 3, said


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (Counted(positions={"a": 1}), "missing"),
        (Counted(positions={"a": 1, "b": 2, "c": 2}), "counted_twice"),
        (Counted(positions={"a": 1, "b": 2, "c": 3}), "never_happened"),
        (Counted(positions={"a": 1, "b": 2}, wrongly_signed=1), "wrongly_signed"),
        (Counted(positions={"a": 1, "b": 2}, other_body=1), "with_another_body"),
    ],
)
def test_the_judge_sees(wrong: Counted, what: str) -> None:
    right = Counted(positions={"x": 1, "y": 2}, again=7, disturbed=3)
    assert judge(counted={"right": right}, positions={1, 2})["kept"]
    said = judge(counted={"right": right, "wrong": wrong}, positions={1, 2})
    assert (said["kept"], said[what]) == (False, 1)


def register(admin: Client, receiver: Receiver) -> dict[str, Any]:
    """Register a receiver that is well, and let it prove itself."""
    body = {"url": receiver.url, "kinds": ["message.posted.v1"], "scopes": ["personal:read"]}
    made: dict[str, Any] = admin.post(HOOKS, body, content_type=JSON).json()
    assert admin.post(f"{HOOKS}/{made['id']}/verify", {}, content_type=JSON).status_code == 200
    return made


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
