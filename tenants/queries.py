"""Finding tenants. Hosts are looked up at every request and socket, so answers are kept for a moment."""

import time
from typing import Final
from uuid import UUID

from django.conf import settings

from tenants.context import TenantRef, platform_context
from tenants.models import Tenant, TenantState

KEPT_S: Final = 5.0
MOST_KEPT: Final = 10_000
_kept: dict[str, tuple[float, TenantRef]] = {}


def slug_of(*, host: str) -> str | None:
    """Answer the slug that a host (with or without port) names, or None if it is not under our domain."""
    name, _, domain = host.rsplit(":", 1)[0].lower().rstrip(".").partition(".")
    return name if name and domain == settings.YUNKE_TENANT_DOMAIN else None


def find_tenant_by_host(*, host: str) -> TenantRef | None:
    """Answer the active tenant of a host, at most 5 s old, or None. Call it outside transactions."""
    slug = slug_of(host=host)
    if slug is None:
        return None
    kept = _kept.get(slug)
    if kept and kept[0] > time.monotonic():
        return kept[1]
    tenant = find_tenant_by_slug(slug=slug)
    _keep(slug, tenant)
    return tenant


def _keep(slug: str, tenant: TenantRef | None) -> None:
    # What is not there is not kept: a tenant is served right after sign-up, and guesses fill no memory.
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept.pop(slug, None)
    if tenant:
        _kept[slug] = (time.monotonic() + KEPT_S, tenant)


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


def find_tenant(*, tenant_id: UUID) -> TenantRef | None:
    """Answer the active tenant with this id, or None."""
    with platform_context():
        tenant = Tenant.objects.filter(id=tenant_id, state=TenantState.ACTIVE).first()
    return tenant.ref if tenant else None
