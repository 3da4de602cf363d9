"""Finding tenants. Hosts are looked up at every request and socket, so answers are kept until a tenant changes."""

import time
from typing import Final
from uuid import UUID

from django.conf import settings

from tenants.context import TenantRef, platform_context
from tenants.lookups import Lookups
from tenants.models import Tenant, TenantState

LOOKUPS: Final = Lookups()


def slug_of(*, host: str) -> str | None:
    """Answer the slug that a host (with or without port) names, or None if it is not under our domain."""
    name, _, domain = host.rsplit(":", 1)[0].lower().rstrip(".").partition(".")
    return name if name and domain == settings.YUNKE_TENANT_DOMAIN else None


def find_tenant_by_host(*, host: str) -> TenantRef | None:
    """Answer the active tenant of a host, or None; from memory where it is known. Call it outside transactions."""
    slug = slug_of(host=host)
    if slug is None:
        return None
    kept = LOOKUPS.find(name=slug, now=time.monotonic())
    return kept or _look(slug)


def _look(slug: str) -> TenantRef | None:
    begun = LOOKUPS.begin()
    tenant = find_tenant_by_slug(slug=slug)
    if tenant is not None:
        LOOKUPS.keep(name=slug, tenant=tenant, now=time.monotonic(), begun=begun)
    return tenant


def forget_tenant(*, tenant_id: UUID | None) -> None:
    """Look a tenant up anew when it is asked for next in this process; all of them where the id is None.

    To tell every process, call tenants.ports.say_tenant_changed.
    """
    LOOKUPS.forget(tenant_id=tenant_id)


def find_tenant_by_slug(*, slug: str) -> TenantRef | None:
    """Answer the active tenant with this slug, or None."""
    with platform_context():
        tenant = Tenant.objects.filter(slug=slug, state=TenantState.ACTIVE).first()
    return tenant.ref if tenant else None


def get_tenant_name(*, tenant: TenantRef) -> str:
    """Answer the company's name."""
    with platform_context():
        return Tenant.objects.values_list("name", flat=True).get(id=tenant.id)


def get_active_tenants() -> list[TenantRef]:
    """Answer every tenant that is served, oldest first."""
    with platform_context():
        return [tenant.ref for tenant in Tenant.objects.filter(state=TenantState.ACTIVE).order_by("id")]


def get_open_tenants() -> list[TenantRef]:
    """Answer every tenant that is served and may be changed, oldest first."""
    return [tenant for tenant in get_active_tenants() if tenant.closed is None]


def find_tenant(*, tenant_id: UUID) -> TenantRef | None:
    """Answer the active tenant with this id, or None."""
    with platform_context():
        tenant = Tenant.objects.filter(id=tenant_id, state=TenantState.ACTIVE).first()
    return tenant.ref if tenant else None
