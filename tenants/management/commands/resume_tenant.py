"""`manage.py resume_tenant SLUG`: for operators; takes back suspend_tenant."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.provisioning.suspension import resume
from tenants.refusals import Refusal


class Command(BaseCommand):
    """Runs and is done."""

    help = "Let things change again in a company that was suspended."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whom."""
        parser.add_argument("slug")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Resume."""
        try:
            resume(slug=options["slug"], now=datetime.now(UTC))
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{options['slug']} is open.")
