"""Finding tenants. Hosts are looked up at every request and socket, so answers are kept until a tenant changes."""

import time
from typing import Final
from uuid import UUID

from django.conf import settings

from tenants.context import TenantRef, platform_context
from tenants.domains.models import DomainState
from tenants.lookups import Lookups
from tenants.models import Domain, OldSlug, Tenant, TenantState
from tenants.text import is_storable

LOOKUPS: Final = Lookups()


def name_of(*, host: str) -> str:
    """Answer a host without its port, as it is looked for."""
    return host.rsplit(":", 1)[0].lower().rstrip(".")


def slug_of(*, host: str) -> str | None:
    """Answer the slug that a host (with or without port) names, or None if it is not under our domain."""
    name, _, domain = name_of(host=host).partition(".")
    return name if name and domain == settings.YUNKE_TENANT_DOMAIN else None


def find_tenant_by_host(*, host: str) -> TenantRef | None:
    """Answer the active tenant of a host, or None; from memory where it is known. Call it outside transactions.

    A host is an address of ours, one that the tenant had before (is_old_address), or a domain that it has proven.
    """
    return recall_tenant(host=host) or _look(name_of(host=host))


def recall_tenant(*, host: str) -> TenantRef | None:
    """Answer the tenant of a host that is kept in memory, and None for any other: it never asks the database."""
    return LOOKUPS.find(name=name_of(host=host), now=time.monotonic())


def is_old_address(*, host: str, tenant: TenantRef) -> bool:
    """Tell whether a host of ours is one that the tenant had before."""
    return slug_of(host=host) not in {None, tenant.slug}


def _look(name: str) -> TenantRef | None:
    begun = LOOKUPS.begin()
    slug = slug_of(host=name)
    if not is_storable(text=name):
        return None
    tenant = _find_by_domain(name) if slug is None else find_tenant_by_slug(slug=slug) or _find_by_old_slug(slug)
    if tenant is not None:
        LOOKUPS.keep(name=name, tenant=tenant, now=time.monotonic(), begun=begun)
    return tenant


def _find_by_old_slug(slug: str) -> TenantRef | None:
    with platform_context():
        row = OldSlug.objects.select_related("tenant").filter(slug=slug, tenant__state=TenantState.ACTIVE).first()
    return row.tenant.ref if row else None


def _find_by_domain(name: str) -> TenantRef | None:
    with platform_context():
        proven = Domain.objects.filter(name=name, state=DomainState.VERIFIED, tenant__state=TenantState.ACTIVE)
        row = proven.select_related("tenant").first()
    return row.tenant.ref if row else None


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
