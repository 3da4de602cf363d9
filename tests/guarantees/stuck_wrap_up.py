"""A worker that stops while it ends a wrap-up, to be killed there: `python -m tests.guarantees.stuck_wrap_up ...`."""

import os
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()

from conversations.desk.reactions import WRAP_UP  # noqa: E402 # only after django.setup()
from conversations.engine import timers  # noqa: E402 # only after django.setup()
from conversations.engine.readers import run_readers  # noqa: E402 # only after django.setup()
from tenants.context import TenantRef, tenant_context  # noqa: E402 # only after django.setup()


def _hang(**_: Any) -> None:
    """It is written, and not committed."""
    print("in the middle", flush=True)  # noqa: T201 # this is how the test knows
    time.sleep(60)


def main(tenant_id: str, slug: str, schema: str) -> None:
    """End what is due in a tenant, and hang."""
    timers.rest = _hang
    with tenant_context(TenantRef(id=UUID(tenant_id), slug=slug, schema=schema)):
        run_readers(readers=[WRAP_UP], now=datetime.now(UTC), due=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
