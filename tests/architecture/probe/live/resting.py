"""Letting everybody be gone: who was connected is offline some time later, which would change rows of other checks."""

import time
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from conversations.presence.settling import Settling
from tenants.context import platform_context
from tenants.presence.commands import Steadiness
from tests.architecture.probe.mirror.company import Company

RESTS_S: Final = 30.0
PASS: Final = """
UPDATE held_connections SET ends_at = clock_timestamp(), due_at = clock_timestamp()
WHERE tenant = ANY(%(tenants)s) AND ends_at IS NOT NULL
"""
LEFT: Final = "SELECT count(*) FROM held_connections WHERE tenant = ANY(%(tenants)s)"


def rest(*companies: Company) -> None:
    """Let the grace of whoever has left pass now, and wait until nobody is connected any more."""
    settling, until = Settling(steadiness=Steadiness()), time.monotonic() + RESTS_S
    while _count(companies):
        settling.go_on(datetime.now(UTC))
        if time.monotonic() > until:
            raise AssertionError("somebody is still connected")
        time.sleep(0.05)


def _count(companies: tuple[Company, ...]) -> int:
    tenants = {"tenants": [company.tenant.id for company in companies]}
    with platform_context(), connection.cursor() as cursor:
        cursor.execute(PASS, tenants)
        cursor.execute(LEFT, tenants)
        return int(cursor.fetchone()[0])
