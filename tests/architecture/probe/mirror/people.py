"""What public keeps of a company's people beside their names: roles of its own, second factors."""

from datetime import datetime

from tenants.context import TenantRef, platform_context
from tenants.factors.models import CodeApp, SecurityKey
from tenants.members.member import Member
from tenants.members.models import OwnRole


def add_people_things(*, tenant: TenantRef, mark: str, member: Member, now: datetime) -> None:
    """Leave a row of each; the member can still sign in by password, for the code app is not confirmed."""
    with platform_context():
        OwnRole.objects.create(tenant_id=tenant.id, key=f"{mark}-role", name=f"{mark} role", permissions=[mark])
        CodeApp.objects.create(person_id=member.person_id, name=f"{mark} phone", secret=mark, created_at=now)
        words = {"name": f"{mark} key", "site": f"{mark}.example", "transports": [mark]}
        SecurityKey.objects.create(
            person_id=member.person_id, credential=mark.encode(), public_key=b"", created_at=now, **words
        )
