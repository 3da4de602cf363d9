"""The composition root as a Django app: fills every port and carries the processes' commands."""

from django.apps import AppConfig


class CompositionConfig(AppConfig):
    """Must be the last of INSTALLED_APPS."""

    name = "config"

    def ready(self) -> None:
        """Fill the ports."""
        from config.wiring import fill_ports  # noqa: PLC0415 - models can be imported only now

        fill_ports()
