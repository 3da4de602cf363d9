"""`manage.py restore_tenant FILE --slug NEW`: for operators; makes a new company of an export."""

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.exports.restoring import restore
from tenants.refusals import Refusal


class Command(BaseCommand):
    """Runs and is done."""

    help = "Make a new company of an export, all of it or nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what and under which address."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--slug", required=True, help="the new company's address")
        parser.add_argument("--name", help="its name, if not the one of then")
        parser.add_argument("--site", help="where it is served, for links in mails, if not https under --slug")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Restore."""
        try:
            with options["file"].open("rb") as file:
                said = {name: options[name] for name in ("slug", "name", "site")}
                done = restore(file=file, **said, now=datetime.now(UTC))
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from error
        except Refusal as refusal:
            raise CommandError(refusal.errors[0]["detail"] if refusal.errors else refusal.detail) from refusal
        self.stdout.write(f"{done.tenant.slug} is served.")
        if done.made:
            self.stdout.write(f"{done.made} people are new here: they set a password by mail before they sign in.")
        if not done.is_ours:
            self.stdout.write("The archive was not made with this key ring: no domain in it counts as proved.")
        for loss in done.losses:
            self.stdout.write(loss)
        if done.renamed:
            self.stdout.write(f"{done.renamed} people have another id here: what they did is told under the old one.")
