"""A worker that stops in the middle of a rule, to be killed there: `python -m tests.guarantees.stuck_rule ...`.

The first action of the rule is done, the second never is; or, at `due`, what time brought about is not committed.
"""

import os
import sys
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()

from conversations.automation import performing  # noqa: E402 # only after django.setup()
from conversations.automation.reactions import READERS  # noqa: E402 # only after django.setup()
from conversations.automation.rule.actions import PutTags  # noqa: E402 # only after django.setup()
from conversations.engine.readers import run_readers  # noqa: E402 # only after django.setup()
from tenants.context import TenantRef, tenant_context  # noqa: E402 # only after django.setup()


def _hang(*_: Any) -> None:
    """Something is written, and not committed."""
    print("in the middle", flush=True)  # noqa: T201 # this is how the test knows
    time.sleep(60)


def main(tenant_id: str, slug: str, schema: str) -> None:
    """Follow the rules of a tenant, and hang."""
    doers: Any = performing._DOERS
    doers[PutTags] = _hang
    with tenant_context(TenantRef(id=UUID(tenant_id), slug=slug, schema=schema)):
        run_readers(readers=READERS, now=datetime.now(UTC), due=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
