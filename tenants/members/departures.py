"""Telling the service that a member is gone, so that their work finds somebody else.

The fact is written with the change itself and told by the worker afterwards, again until it is told: the service writes
into the tenant's own schema, which no transaction of public reaches.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog

from tenants import ports
from tenants.context import platform_context, tenant_context
from tenants.members.models import Departure
from tenants.members.queries import find_membership

logger = structlog.get_logger(__name__)
AT_ONCE: Final = 20
PAUSE: Final = timedelta(minutes=1)


def note_departure(*, tenant: UUID, person: UUID, now: datetime) -> None:
    """Write down that somebody can come in no more. Call it in platform_context, inside the change's transaction."""
    Departure.objects.update_or_create(tenant_id=tenant, person=person, defaults={"at": now, "due_at": now})


def tell_departures(*, now: datetime) -> None:
    """Tell what is due. Telling twice does no harm; one that cannot be told now is told later and stops no other."""
    with platform_context():
        open_ = Departure.objects.filter(tenant__suspended_at=None, tenant__delete_at=None)  # who is closed has to wait
        due = list(open_.select_related("tenant").filter(due_at__lte=now).order_by("due_at")[:AT_ONCE])
    for departure in due:
        try:
            _tell(departure, now)
        except Exception:
            logger.exception("departure.untold", departure=str(departure.id))
            with platform_context():
                Departure.objects.filter(id=departure.id).update(due_at=now + PAUSE)


def _tell(departure: Departure, now: datetime) -> None:
    tenant = departure.tenant.ref
    with tenant_context(tenant):
        for access_ended in ports.access_ended:
            access_ended(tenant, departure.person, departure.at, now)
    if find_membership(tenant=tenant, person_id=departure.person) is None:
        with tenant_context(tenant):
            for member_left in ports.member_left:
                member_left(tenant, departure.person, now)
    with platform_context():  # unless they came back and left again meanwhile
        Departure.objects.filter(id=departure.id, at=departure.at).delete()
