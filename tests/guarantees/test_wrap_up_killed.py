"""A worker killed with -9 while it ends a wrap-up: it has not ended, and another worker ends it once."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from conversations.definitions.commands import publish
from conversations.desk.reactions import WRAP_UP
from conversations.engine.models import Event
from conversations.engine.readers import Progress, run_readers
from conversations.threads.actors import SYSTEM
from tenants.context import TenantRef, tenant_context
from tests.shop import Shop

ROOT = Path(__file__).resolve().parents[2]


def look() -> Progress:
    return run_readers(readers=[WRAP_UP], now=datetime.now(UTC), due=True)


def count_ends() -> int:
    return Event.objects.filter(kind="presence.changed.v1", sender=SYSTEM.id).count()


def test_killed_while_it_ends(tenant: TenantRef) -> None:
    shop, member, now = Shop(tenant=tenant), uuid4(), datetime.now(UTC)
    with tenant_context(tenant):
        publish(kind="queue", key="help", body={"name": "Help", "wrap_up_s": 5}, now=now)
    shop.be(member=member, state="wrap_up", at=now - timedelta(seconds=10))
    command = [sys.executable, "-m", "tests.guarantees.stuck_wrap_up", str(tenant.id), tenant.slug, tenant.schema]
    with tenant_context(tenant):
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout
            assert worker.stdout.readline() == "in the middle\n"
            assert look() is Progress.LATER, "it is in other hands"
            worker.kill()
        assert count_ends() == 0
        until = time.monotonic() + 20
        while not count_ends() and time.monotonic() < until:
            look()
            time.sleep(0.05)
        look()
        assert count_ends() == 1
