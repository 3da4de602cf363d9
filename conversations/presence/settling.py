"""What becomes of members whose connections have come, ended, or died with their process, in every tenant.

Every server and every worker does it; what one has taken and not finished, another takes up. It asks nobody what the
time is but the database.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

import structlog
from django.db import DatabaseError, connection

from conversations.presence.commands import settle
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.models import Tenant, TenantState
from tenants.presence.commands import Due, Steadiness, expire, finish, take_due
from tenants.refusals import Suspended

logger = structlog.get_logger(__name__)


class Settling:
    """One process's part of it."""

    def __init__(self, *, steadiness: Steadiness) -> None:
        """Judge others only when `steadiness` says so."""
        self._steadiness = steadiness

    def go_on(self, _now: datetime) -> int:
        """Do what is due; answer how much was."""
        try:
            expire(steadiness=self._steadiness)
            return self._settle(take_due())
        except DatabaseError:
            self._steadiness.stumble()
            raise

    @staticmethod
    def _settle(due: Sequence[Due]) -> int:
        by_tenant = {key: list(some) for key, some in groupby(sorted(due, key=_tenant_of), key=_tenant_of)}
        tenants = _find_tenants(list(by_tenant))
        done: list[Due] = []
        for key, some in by_tenant.items():
            if key not in tenants or _settle_in(tenants[key], some):
                done += some
        if done:
            finish(done=done)
        return len(done)


_tenant_of = attrgetter("tenant")


def _find_tenants(ids: Sequence[UUID]) -> dict[UUID, TenantRef]:
    """Answer those that are served: of the others nothing is to be told any more."""
    with platform_context():
        return {row.id: row.ref for row in Tenant.objects.filter(id__in=ids, state=TenantState.ACTIVE)}


def _settle_in(tenant: TenantRef, due: Sequence[Due]) -> bool:
    """Settle one tenant's and answer whether it is done; if it is closed or locked, it is tried again later."""
    if tenant.closed is not None:
        return False
    try:
        with tenant_context(tenant):
            settle(members=sorted({each.person for each in due}))
    except Suspended:
        return False
    except DatabaseError as error:
        if not connection.is_usable():
            raise
        logger.warning("presence.tenant_failed", schema=tenant.schema, error=type(error).__name__)
        return False
    return True
