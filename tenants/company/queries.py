"""Reading the company as a whole."""

from tenants.context import TenantRef, platform_context
from tenants.models import OldSlug, Tenant


def get_company(*, tenant: TenantRef) -> tuple[Tenant, list[OldSlug]]:
    """Answer the company, and the addresses that it had."""
    with platform_context():
        old = OldSlug.objects.filter(tenant_id=tenant.id).order_by("slug")
        return Tenant.objects.get(id=tenant.id), list(old)
