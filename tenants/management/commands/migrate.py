"""`manage.py migrate`: the public schema, the template, then every tenant. One tenant's failure stops no other."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.migrations.autodetector import MigrationAutodetector

from tenants.database.migrating import Migrated, migrate_everything


class Command(BaseCommand):
    """Replaces Django's own `migrate`, which knows one schema only."""

    help = "Bring the public schema, the template and every tenant's schema up to date."
    autodetector = MigrationAutodetector  # makemigrations checks that both commands use the same
    requires_system_checks = ["__all__"]

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take --check."""
        parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if anything is behind")

    def handle(self, *_args: Any, check: bool = False, verbosity: int = 1, **_options: Any) -> None:
        """Migrate and report; raise CommandError (exit code 1) naming each schema that failed or is behind."""
        failed: list[str] = []
        for result in migrate_everything(check=check):
            if result.error:
                failed.append(f"{result.schema}: {result.error}")
            if verbosity and (result.steps or result.error):
                self.stdout.write(_line(result, check=check))
        if failed:
            raise CommandError("Not up to date:\n" + "\n".join(failed))


def _line(result: Migrated, *, check: bool) -> str:
    if result.error:
        return f"{result.schema}: failed"
    return f"{result.schema}: {len(result.steps)} migrations {'to run' if check else 'run'}"
