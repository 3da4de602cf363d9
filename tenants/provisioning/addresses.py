"""The web address of a tenant, as the browser that asks must write it."""

from django.conf import settings
from django.http import HttpRequest

from tenants.context import TenantRef


def url_of(*, tenant: TenantRef, request: HttpRequest) -> str:
    """Answer the tenant's address with the scheme and port of this request."""
    return url_for(slug=tenant.slug, request=request)


def url_for(*, slug: str, request: HttpRequest) -> str:
    """Answer the address that a tenant of this slug has, or will have."""
    _, colon, port = request.get_host().partition(":")
    return f"{request.scheme}://{slug}.{settings.YUNKE_TENANT_DOMAIN}{colon}{port}"
