"""`manage.py erase_audit --tenant SLUG --person ID`: blank what the audit says of a person; it says which entries."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from conversations.audit.erasing import erase_person
from tenants.audit.noting import Who
from tenants.queries import find_tenant_by_slug
from tenants.refusals import Refusal


class Command(BaseCommand):
    """For operators, when a company asks for it."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where and of whom."""
        parser.add_argument("--tenant", metavar="SLUG", required=True, help="of which company")
        parser.add_argument("--person", metavar="ID", type=UUID, required=True, help="of a member or a contact")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Erase and tell."""
        tenant = find_tenant_by_slug(slug=options["tenant"])
        if tenant is None:
            raise CommandError(f"There is no company with the address {options['tenant']!r}.")
        try:
            who = Who(kind="operator")
            erased = erase_person(tenant=tenant, person=options["person"], who=who, now=datetime.now(UTC))
        except Refusal as refusal:
            raise CommandError(refusal.detail) from refusal
        self.stdout.write(f"{tenant.slug}: {erased} entries erased.")
