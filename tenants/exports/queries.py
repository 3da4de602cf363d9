"""Finding exports of the current tenant."""

from uuid import UUID

from tenants.context import current_tenant, platform_context
from tenants.exports.models import Export
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound


def get_export(*, export: UUID) -> Export:
    """Answer one export; raise NotFound."""
    tenant = current_tenant()
    with platform_context():
        row = Export.objects.filter(id=export, tenant_id=tenant.id).first()
    if row is None:
        raise NotFound
    return row


def get_page(*, window: Window) -> Page[Export]:
    """Answer a page of exports, the newest first."""
    tenant = current_tenant()
    with platform_context():
        rows = list(
            cut(rows=Export.objects.filter(tenant_id=tenant.id), fields=("id",), descending=True, window=window)
        )
    return turn(rows=rows, window=window, key=lambda row: (row.id,))
