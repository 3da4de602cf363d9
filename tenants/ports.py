"""What tenants must tell the rest without knowing it. config/wiring.py fills these lists at start."""

from collections.abc import Callable

from tenants.context import TenantRef

# Called with the tenant and the company's name, inside the new tenant's own transaction and scope, before it is served.
# A step may be killed and run again and sees what an earlier run committed: make what is missing, nothing else.
furnish_tenant: list[Callable[[TenantRef, str], None]] = []
