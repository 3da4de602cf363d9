"""Somebody who stops while opening a ticket, to be killed there: `python -m tests.guarantees.stuck_ticket ...`."""

import os
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()

from conversations.threads.actors import SYSTEM  # noqa: E402 # only after django.setup()
from conversations.tickets import projections  # noqa: E402 # only after django.setup()
from conversations.tickets.commands.opening import open_ticket  # noqa: E402 # only after django.setup()
from conversations.tickets.rules.changing import Wanted  # noqa: E402 # only after django.setup()
from tenants.context import TenantRef, tenant_context  # noqa: E402 # only after django.setup()


def _hang(**_: Any) -> None:
    """It has its number and is on the log, and not committed."""
    print("in the middle", flush=True)  # noqa: T201 # this is how the test knows
    time.sleep(60)


def main(tenant_id: str, slug: str, schema: str) -> None:
    """Open a ticket in a tenant, and hang."""
    projections.fold = _hang  # type: ignore[assignment] # from outside: the product knows nothing of it
    with tenant_context(TenantRef(id=UUID(tenant_id), slug=slug, schema=schema)):
        open_ticket(actor=SYSTEM, wanted=Wanted(title="Lost"), now=datetime.now(UTC))


if __name__ == "__main__":
    main(*sys.argv[1:])
