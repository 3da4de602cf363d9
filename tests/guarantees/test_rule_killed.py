"""A worker killed with -9 in the middle of a rule: nothing of it has happened, and others do each action once."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Final

from django.db import connection

from conversations.automation.reactions import READERS
from conversations.definitions.commands import publish
from conversations.engine.readers import Progress, run_readers
from tenants.context import TenantRef, tenant_context
from tests.shop import Shop

ROOT: Final = Path(__file__).resolve().parents[2]
RULE: Final = {
    "name": "Both",
    "when": {"event": "message.received"},
    "actions": [
        {"do": "note", "text": "Look"},
        {"do": "tag", "add": ["seen"]},
        {"do": "reply", "text": "We look", "signed": "Shop"},
    ],
}


def work(tenant: TenantRef) -> None:
    """Be a worker for a while."""
    try:
        with tenant_context(tenant):
            for _ in range(20):
                run_readers(readers=READERS, now=datetime.now(UTC), due=True)
    finally:
        connection.close()


def kinds_of(shop: Shop) -> list[str]:
    return sorted(event.kind for event in shop.read_all() if (event.client_id or "").startswith("rule:"))


def test_killed_in_the_middle(tenant: TenantRef) -> None:
    shop = Shop(tenant=tenant)
    with tenant_context(tenant):
        publish(kind="rule", key="both", body=RULE, now=datetime.now(UTC))
    guests = [shop.welcome(text="Hello") for _ in range(3)]
    command = [sys.executable, "-m", "tests.guarantees.stuck_rule", str(tenant.id), tenant.slug, tenant.schema]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout
        assert worker.stdout.readline() == "in the middle\n"
        with tenant_context(tenant):
            assert run_readers(readers=READERS, now=datetime.now(UTC)) is Progress.LATER, "it is in other hands"
        worker.kill()
    assert kinds_of(shop) == []
    workers = [Thread(target=work, args=[tenant]) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    work(tenant)
    done = ["conversation.tagged.v1", "message.posted.v1", "note.posted.v1"]
    assert kinds_of(shop) == sorted(done * len(guests))
