"""The tenants app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Tables in the public schema: tenants, people, memberships."""

    name = "tenants"
    verbose_name = "Tenants"

    def ready(self) -> None:
        """Register the system checks."""
        from tenants.database import checks  # noqa: F401, PLC0415 # registers by being imported, needs the apps
