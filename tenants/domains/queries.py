"""Finding domains of the current tenant."""

from uuid import UUID

from tenants.context import current_tenant, platform_context
from tenants.domains.models import Domain
from tenants.paging import Page, Window, turn_whole
from tenants.refusals import NotFound


def get_domains() -> list[Domain]:
    """Answer the domains by name."""
    tenant = current_tenant()
    with platform_context():
        return list(Domain.objects.filter(tenant_id=tenant.id).order_by("name"))


def get_page(*, window: Window) -> Page[Domain]:
    """Answer a page of them; a company has few."""
    return turn_whole(rows=get_domains(), window=window, key=lambda row: (row.name,))


def get_domain(*, domain: UUID) -> Domain:
    """Answer one domain; raise NotFound."""
    tenant = current_tenant()
    with platform_context():
        row = Domain.objects.filter(id=domain, tenant_id=tenant.id).first()
    if row is None:
        raise NotFound
    return row
