"""What tenants must tell the rest without knowing it. config/wiring.py fills these lists at start."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from tenants.belongings import Table
from tenants.context import TenantRef, on_commit
from tenants.queries import forget_tenant

# Called with the tenant and the company's name, inside the new tenant's own transaction and scope, before it is served.
# A step may be killed and run again and sees what an earlier run committed: make what is missing, nothing else.
furnish_tenant: list[Callable[[TenantRef, str], None]] = []

# Called with the tenant, a person who can come in no more, and the time that it is: by the worker, soon after, in the
# tenant's own scope. It may be called again for the same person.
member_left: list[Callable[[TenantRef, UUID, datetime], None]] = []

# Called likewise, before that and even if they are back by now, with the moment at which they left and the time: what
# they had opened until then stays shut.
access_ended: list[Callable[[TenantRef, UUID, datetime, datetime], None]] = []

# Called with the id of a tenant that is deleted, before it is: what lies outside of the database. May be called twice.
drop_tenant_files: list[Callable[[UUID], None]] = []

# Called after COMMIT with a tenant whose state, slug or domain has changed: what every process is to know of.
tell_tenant_changed: list[Callable[[TenantRef], None]] = []

# Called outside transactions when a person turns out to be another one, with the tenant, both ids and the other's name,
# before the membership goes over: what is the one's work becomes the other's. May be called twice.
hand_over_work: list[Callable[[TenantRef, UUID, UUID, str], None]] = []

# Called after COMMIT with a tenant that was made of an archive, and the time: what it needs before anybody looks.
tenant_restored: list[Callable[[TenantRef, datetime], None]] = []


def say_tenant_changed(*, tenant: TenantRef) -> None:
    """Have every process look a tenant up anew once the current transaction commits; this one does at once then."""

    def tell() -> None:
        forget_tenant(tenant_id=tenant.id)
        for tell_others in tell_tenant_changed:
            tell_others(tenant)

    on_commit(tell)


# The service's tables in a tenant's schema, by name: what an export takes along of each.
tenant_tables: dict[str, Table] = {}
