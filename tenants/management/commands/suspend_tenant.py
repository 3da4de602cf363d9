"""`manage.py suspend_tenant SLUG --reason TEXT`: for operators; the company can read and take its data along."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.provisioning.suspension import suspend
from tenants.refusals import Refusal


class Command(BaseCommand):
    """Runs and is done."""

    help = "Let nothing change in a company any more, and say why."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whom and why."""
        parser.add_argument("slug")
        parser.add_argument("--reason", required=True, help="one line, told to the company")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Suspend."""
        try:
            suspend(slug=options["slug"], reason=options["reason"], now=datetime.now(UTC))
        except Refusal as refusal:
            raise CommandError(refusal.errors[0]["detail"] if refusal.errors else refusal.detail) from refusal
        self.stdout.write(f"{options['slug']} is suspended.")
