"""`manage.py reseal`: for operators who have put a new key first in YUNKE_KEYS; then the old one can be taken out."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.resealing import reseal_all


class Command(BaseCommand):
    """Runs and is done; may be killed and run again."""

    help = "Seal every stored secret with the first key of the ring."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Reseal."""
        done = reseal_all()
        for what in done.unreadable:
            self.stdout.write(f"{what}: no key of the ring opens it.")
        self.stdout.write(f"{done.count} sealed anew. Nothing else needs another key than the first.")
