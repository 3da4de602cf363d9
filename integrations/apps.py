"""The integrations app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Tables in the tenants' schemas, with a migration history of their own."""

    name = "integrations"
    verbose_name = "Integrations"
