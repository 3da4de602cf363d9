"""What public keeps of a company's life: an archive that is ready, a domain, an address that it had."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile

from tenants.context import TenantRef, platform_context
from tenants.domains.models import Domain
from tenants.exports.commands import get_storage
from tenants.exports.models import Export
from tenants.members.member import Member
from tenants.models import OldSlug
from tests.architecture.probe.classes import Id


def add_life_things(*, tenant: TenantRef, mark: str, member: Member, now: datetime) -> dict[Id, str]:
    """Leave a row of each; answer the ids."""
    with platform_context():
        OldSlug.objects.create(slug=f"{mark}-old", tenant_id=tenant.id, until=now)
        domains = [
            Domain.objects.create(tenant_id=tenant.id, name=name, token=secrets.token_hex(16), claimed_at=now)
            for name in (f"{mark}.example.net", f"{mark}-2.example.net")
        ]
        said: dict[str, Any] = {
            "asked_by": member.person_id,
            "asked_at": now,
            "expires_at": now + timedelta(days=1),
            "state": "ready",
        }
        exports = [Export.objects.create(tenant_id=tenant.id, size=len(mark), **said) for _ in range(2)]
        for export in exports:
            get_storage().save(export.file, ContentFile(mark.encode()))
    return {Id.EXPORT: str(exports[0].id), Id.SITE: str(domains[0].id)}
