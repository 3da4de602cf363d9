"""What tenants must tell the rest without knowing it. config/wiring.py fills these lists at start."""

from collections.abc import Callable

from tenants.context import TenantRef, on_commit
from tenants.queries import forget_tenant

# Called with the tenant and the company's name, inside the new tenant's own transaction and scope, before it is served.
# A step may be killed and run again and sees what an earlier run committed: make what is missing, nothing else.
furnish_tenant: list[Callable[[TenantRef, str], None]] = []

# Called after COMMIT with a tenant whose state, slug or domain has changed: what every process is to know of.
tell_tenant_changed: list[Callable[[TenantRef], None]] = []


def say_tenant_changed(*, tenant: TenantRef) -> None:
    """Have every process look a tenant up anew once the current transaction commits; this one does at once then."""

    def tell() -> None:
        forget_tenant(tenant_id=tenant.id)
        for tell_others in tell_tenant_changed:
            tell_others(tenant)

    on_commit(tell)
