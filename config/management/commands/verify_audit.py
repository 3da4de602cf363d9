"""`manage.py verify_audit --tenant SLUG | --all`: say which entries were altered, removed or cut off; 1 if any."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.audit.queries import judge
from tenants.queries import get_active_tenants


class Command(BaseCommand):
    """Hold audits to their chains and to the anchors outside of them."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose."""
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("--tenant", metavar="SLUG", help="of one company")
        whose.add_argument("--all", action="store_true", help="of every company")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Judge and tell."""
        tenants = [tenant for tenant in get_active_tenants() if options["all"] or tenant.slug == options["tenant"]]
        if not tenants and not options["all"]:
            raise CommandError(f"There is no company with the address {options['tenant']!r}.")
        wrong = 0
        for tenant in tenants:
            judged = judge(tenant=tenant)
            wrong += len(judged.findings)
            verdict = f"{len(judged.findings)} wrong" if judged.findings else "intact"
            self.stdout.write(f"{tenant.slug}: {judged.entries} entries, {judged.erased} of them erased: {verdict}")
            for finding in judged.findings:
                self.stdout.write(f"  {finding}")
        if wrong:
            raise CommandError(f"{wrong} findings")
