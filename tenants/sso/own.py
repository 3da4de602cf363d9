"""What the company's provider means by oneself: seeing it, and disconnecting it from one's account."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, platform_context
from tenants.members.ending import end_sessions
from tenants.members.member import Member
from tenants.members.proof import Way
from tenants.models import Person, SsoIdentity
from tenants.paging import Page, Window, turn_whole
from tenants.refusals import NotFound
from tenants.sso.refusals import OnlyWayIn


def get_identities(*, tenant: TenantRef, member: Member) -> list[SsoIdentity]:
    """Answer what one is connected to here, the oldest first."""
    with platform_context():
        rows = SsoIdentity.objects.filter(tenant_id=tenant.id, membership_id=member.membership_id)
        return list(rows.order_by("created_at", "id"))


def get_page(*, tenant: TenantRef, member: Member, window: Window) -> Page[SsoIdentity]:
    """Answer a page of them; there are few."""
    rows = get_identities(tenant=tenant, member=member)
    return turn_whole(rows=rows, window=window, key=lambda row: (row.created_at.isoformat(), str(row.id)))


def disconnect(*, tenant: TenantRef, member: Member, identity: UUID, now: datetime) -> None:
    """Let a provider mean one no more; sessions that it opened end, but the one in hand.

    Raises NotFound, or OnlyWayIn for who has no password of their own.
    """
    with platform_context(), transaction.atomic():
        person = Person.objects.select_for_update().get(id=member.person_id)
        rows = SsoIdentity.objects.filter(tenant_id=tenant.id, membership_id=member.membership_id)
        row = rows.filter(id=identity).first()
        if row is None:
            raise NotFound
        if not person.has_usable_password():
            raise OnlyWayIn
        issuer = row.issuer
        row.delete()
        who, besides = who_is(caller=member), member.session
        end_sessions(
            person=person.id, who=who, why="disconnected", now=now, tenant=tenant.id, besides=besides, way=Way.SSO
        )
        target = Target(kind="member", id=str(person.id), label=person.name)
        before = {"issuer": issuer}
        note(
            tenant=tenant.id,
            who=who,
            action="sso.disconnected",
            target=target,
            now=now,
            before=before,
        )
