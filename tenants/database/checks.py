"""System checks that keep the settings such that isolation holds."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def apps_are_disjoint(**_: Any) -> Sequence[CheckMessage]:
    """An app in both lists would have same-named tables in public and in tenants: a wrong path would find them."""
    both = sorted(set(settings.SHARED_APPS) & set(settings.TENANT_APPS))
    if not both:
        return []
    return [Error(f"SHARED_APPS and TENANT_APPS share {', '.join(both)}.", id="tenants.E001")]


@register()
def backend_is_ours(**_: Any) -> Sequence[CheckMessage]:
    """Another backend would not obey tenants.context."""
    if settings.DATABASES["default"]["ENGINE"] == "tenants.database":
        return []
    return [Error('DATABASES["default"]["ENGINE"] must be "tenants.database".', id="tenants.E002")]
