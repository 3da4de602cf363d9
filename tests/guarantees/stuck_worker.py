"""A worker that stops in the middle of its page, to be killed there: `python -m tests.guarantees.stuck_worker ...`."""

import os
import sys
import time
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()

from conversations.contacts.models import Contact  # noqa: E402 # only after django.setup()
from conversations.engine.events import Recorded  # noqa: E402 # only after django.setup()
from conversations.engine.readers import Reader, run_readers  # noqa: E402 # only after django.setup()
from conversations.threads.events import MessagePosted  # noqa: E402 # only after django.setup()
from tenants.context import TenantRef, tenant_context  # noqa: E402 # only after django.setup()

STUCK_AT: Final = "3"
NAME: Final = "stuck"


def leave_effect(event: Recorded, now: datetime) -> None:
    """Leave one row an event."""
    Contact(name=event.body["text"], created_at=now).save(force_insert=True)


def _leave_effect_and_hang(event: Recorded, now: datetime) -> None:
    leave_effect(event, now)
    if event.body["text"] == STUCK_AT:
        print("in the middle", flush=True)  # noqa: T201 # this is how the test knows
        time.sleep(60)


def make_reader(*, hangs: bool = False) -> Reader:
    """Answer the reader, which hangs in the middle or does not."""
    apply = _leave_effect_and_hang if hangs else leave_effect
    return Reader(name=NAME, kinds=frozenset({MessagePosted.kind}), apply=apply)


def main(tenant_id: str, slug: str, schema: str) -> None:
    """Read a tenant's log and hang."""
    with tenant_context(TenantRef(id=UUID(tenant_id), slug=slug, schema=schema)):
        run_readers(readers=[make_reader(hangs=True)], now=datetime.now(UTC))


if __name__ == "__main__":
    main(*sys.argv[1:])
