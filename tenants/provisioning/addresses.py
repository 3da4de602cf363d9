"""The web address of a tenant, as the browser that asks must write it, and for mails."""

from django.conf import settings
from django.http import HttpRequest

from tenants.context import TenantRef


def url_of(*, tenant: TenantRef, request: HttpRequest) -> str:
    """Answer the tenant's own address, with the scheme of this request."""
    return url_for(slug=tenant.slug, request=request)


def url_for(*, slug: str, request: HttpRequest) -> str:
    """Answer the address that a tenant of this slug has, or will have.

    Mails lead there, and whoever asks says in `Host` what they like: where it matters, the port is a setting.
    """
    port = settings.YUNKE_TENANT_PORT
    if port is None:
        port = request.get_host().partition(":")[2]
    return f"{request.scheme}://{slug}.{settings.YUNKE_TENANT_DOMAIN}{f':{port}' if port else ''}"


def site_of(*, tenant: TenantRef) -> str:
    """Answer the tenant's own address where nobody asks, as for mails of a worker."""
    scheme, port = "https" if settings.SECURE_SSL_REDIRECT else "http", settings.YUNKE_TENANT_PORT
    return f"{scheme}://{tenant.slug}.{settings.YUNKE_TENANT_DOMAIN}{f':{port}' if port else ''}"
