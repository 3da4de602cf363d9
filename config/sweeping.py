"""Doing the same small thing in every tenant, some of them at a time, so that thousands hold nobody up."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

import structlog
from django.db import DatabaseError, connection

from tenants.context import TenantRef, tenant_context
from tenants.queries import get_open_tenants

logger = structlog.get_logger(__name__)
AT_ONCE: Final = 20


class Step(Protocol):
    """What is done in a tenant; it may be done twice and be killed anywhere."""

    def __call__(self, *, now: datetime) -> None:
        """Do it as the tenant that is set."""


class Sweep:
    """Goes round the tenants, AT_ONCE each time; a process that starts begins anew."""

    def __init__(self, step: Step, tenants: Callable[[], list[TenantRef]] = get_open_tenants) -> None:
        """Begin with nobody: the list is read at the first turn."""
        self._step, self._tenants = step, tenants
        self._waiting: list[TenantRef] = []

    def go_on(self, *, now: datetime) -> None:
        """Serve the next ones. A tenant whose tables are locked or behind is left for the next round."""
        self._waiting = self._waiting or self._tenants()
        turn, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        for tenant in turn:
            try:
                with tenant_context(tenant):
                    self._step(now=now)
            except DatabaseError as error:
                if not connection.is_usable():
                    raise
                logger.warning("sweep.tenant_failed", schema=tenant.schema, error=type(error).__name__)
