"""A worker killed with -9 in the middle of a page: its effects never happened, and happen once when another goes on."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from conversations.contacts.models import Contact
from conversations.engine import log
from conversations.engine.readers import Progress, run_readers
from conversations.engine.streams import new_subject
from tenants.context import TenantRef, tenant_context
from tests.apps.engine.logs import NOON, CommandLog, draft, said
from tests.guarantees.stuck_worker import make_reader

ROOT = Path(__file__).resolve().parents[2]


def test_killed_in_the_middle_of_a_page(tenant: TenantRef) -> None:
    subject = new_subject()
    CommandLog(tenant=tenant).open_streams(subject=subject)
    command = [sys.executable, "-m", "tests.guarantees.stuck_worker", str(tenant.id), tenant.slug, tenant.schema]
    with tenant_context(tenant):
        with transaction.atomic():
            log.append(drafts=[draft(subject, said(str(n))) for n in range(6)], at=NOON)
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout
            assert worker.stdout.readline() == "in the middle\n"
            assert take_a_page() is Progress.LATER, "the page is in other hands"
            worker.kill()
        assert not Contact.objects.exists()
        took = wait_for_the_page()
        assert list(Contact.objects.order_by("id").values_list("name", flat=True)) == [str(n) for n in range(6)]
    assert took < 5, "there is no lease to wait for"


def take_a_page() -> Progress:
    return run_readers(readers=[make_reader()], now=datetime.now(UTC))


def wait_for_the_page() -> float:
    began = time.monotonic()
    while take_a_page() is not Progress.DONE and time.monotonic() - began < 20:
        time.sleep(0.05)
    return time.monotonic() - began
