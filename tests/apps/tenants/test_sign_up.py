"""Sign-up: what is refused leaves nothing behind, what is interrupted is finished."""

from tenants.context import TenantRef
from tenants.queries import find_tenant_by_host


def test_tenant_is_served_right_after(tenant: TenantRef) -> None:
    assert find_tenant_by_host(host=f"{tenant.slug}.localhost:8000") == tenant
