"""What is forgotten of webhooks: deliveries by age, and those of removed endpoints, a bounded number each time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from integrations.webhooks.models import Delivery, Endpoint
from integrations.webhooks.queries import first_id

KEPT_FOR: Final = timedelta(days=30)
AT_ONCE: Final = 5000


def forget_deliveries(*, now: datetime) -> None:
    """Forget what is too old, sent or not; then endpoints that were removed, once nothing of them is left.

    Where a tenant has never had an endpoint, it costs one look.
    """
    endpoints = dict(Endpoint.objects.values_list("id", "removed_at"))
    if not endpoints:
        return
    _delete(Delivery.objects.filter(id__lt=first_id(at=now - KEPT_FOR)).values_list("id", flat=True)[:AT_ONCE])
    for endpoint, removed_at in endpoints.items():
        if removed_at is not None:
            of_it = Delivery.objects.filter(endpoint=endpoint).values_list("id", flat=True)[:AT_ONCE]
            if not _delete(of_it):
                Endpoint.objects.filter(id=endpoint).delete()


def _delete(ids: Iterable[UUID]) -> int:
    return Delivery.objects.filter(id__in=list(ids)).delete()[0]
