"""The state machine: reserved -> cloned -> furnished -> active. Each step commits with its state or leaves nothing.

A step asks for the state it starts from under the row's lock, so two runs at once are one run and a wait.
Nothing here drops a schema: what a killed step made was never committed.
"""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from tenants import ports
from tenants.context import TenantRef, maintenance_context, platform_context, tenant_context
from tenants.database.clone import clone_template
from tenants.database.locks import TEMPLATE, lock_key
from tenants.database.roles import create_schema
from tenants.models import Tenant, TenantState
from tenants.queries import get_tenant_name

CLAIM: Final = "SELECT 1 FROM public.tenants WHERE id = %s AND state = %s FOR UPDATE"
MOVE: Final = "UPDATE public.tenants SET state = %s WHERE id = %s"


def advance(*, tenant_id: UUID) -> None:
    """Take the tenant through every step that is left, to active."""
    with platform_context():
        tenant = Tenant.objects.get(id=tenant_id)
    states = list(STEPS)
    if tenant.state in states:
        for state in states[states.index(TenantState(tenant.state)) :]:
            STEPS[state](tenant.ref)


def clone(tenant: TenantRef) -> None:
    """Make role and schema and fill it from the template, in one transaction with the change of state."""
    with (
        maintenance_context(schema=settings.YUNKE_TEMPLATE_SCHEMA),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(CLAIM, [tenant.id, TenantState.RESERVED])
        if not cursor.fetchone():
            return
        # A migration of the template holds this lock alone: nobody copies half of it.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(TEMPLATE)])
        create_schema(cursor, schema=tenant.schema)
        clone_template(cursor, schema=tenant.schema)
        cursor.execute(MOVE, [TenantState.CLONED, tenant.id])


def furnish(tenant: TenantRef) -> None:
    """Let the service put in what a new tenant begins with. The lock makes a second run at once wait for the first."""
    name = get_tenant_name(tenant=tenant)
    with tenant_context(tenant), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(tenant.schema)])
        for put_in in ports.furnish_tenant:
            put_in(tenant, name)
    _move(tenant, before=TenantState.CLONED, after=TenantState.FURNISHED)


def activate(tenant: TenantRef) -> None:
    """Serve it from now on."""
    _move(tenant, before=TenantState.FURNISHED, after=TenantState.ACTIVE)


def _move(tenant: TenantRef, *, before: TenantState, after: TenantState) -> None:
    with platform_context():
        Tenant.objects.filter(id=tenant.id, state=before).update(state=after)


# In their order. Each leaves alone what another run has done meanwhile.
STEPS: Final[dict[TenantState, Callable[[TenantRef], None]]] = {
    TenantState.RESERVED: clone,
    TenantState.CLONED: furnish,
    TenantState.FURNISHED: activate,
}
