"""Reading one's own account."""

from datetime import datetime
from uuid import UUID

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.models import Person, Session
from tenants.paging import Page, Window, cut, turn


def get_person(*, person: UUID) -> Person:
    """Answer a person who is signed in."""
    with platform_context():
        return Person.objects.get(id=person)


def get_sessions(*, tenant: TenantRef, member: Member, window: Window, now: datetime) -> Page[Session]:
    """Answer a page of one's own live sessions in this tenant, the newest first."""
    with platform_context():
        rows = Session.objects.filter(tenant=tenant.id, person=member.person_id, expire_date__gt=now)
        found = list(cut(rows=rows, fields=("created_at", "id"), descending=True, window=window))
    return turn(rows=found, window=window, key=lambda row: (row.created_at.isoformat(), row.id))
