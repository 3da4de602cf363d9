"""Where a security key can be used: the relying party's id of a host. Pure but for the settings."""

from django.conf import settings


def site_of(*, host: str) -> str | None:
    """Answer the id for a host (with or without port), or None where keys cannot be used: on a company's own domain.

    One key works on all hosts below our domain. Browsers take a name without a dot for a public suffix and bind keys
    to the host itself below it, so that on one machine (`localhost`) each company's host is a site of its own.
    """
    name, domain = host.rsplit(":", 1)[0].lower().rstrip("."), settings.YUNKE_TENANT_DOMAIN
    if name != domain and not name.endswith(f".{domain}"):
        return None
    return domain if "." in domain else name
