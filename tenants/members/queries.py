"""Reading people: who is a live member of a tenant. All of it is in public, whatever tenant is set."""

from typing import Final
from uuid import UUID

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.permissions import permissions_of
from tenants.models import Membership, TenantState

# For live delivery, which asks outside the ORM: of these sessions, those that still let somebody in, and as what.
LIVE_SESSIONS: Final = """
SELECT s.id, p.name, coalesce(r.key, m.role), r.permissions
FROM public.sessions s
JOIN public.tenants t ON t.id = s.tenant_id AND t.state = 'active'
JOIN public.persons p ON p.id = s.person_id AND p.is_active
JOIN public.memberships m ON m.tenant_id = t.id AND m.person_id = p.id AND m.is_active
LEFT JOIN public.roles r ON r.id = m.own_role_id
WHERE s.id = ANY(%(sessions)s) AND s.expire_date > %(now)s
"""


def member_from(membership: Membership) -> Member:
    """Make the member out of a membership whose person and own role are loaded."""
    person, own = membership.person, membership.own_role
    return Member(
        tenant_id=membership.tenant_id,
        person_id=person.id,
        membership_id=membership.id,
        name=person.name,
        email=person.email,
        role=own.key if own else membership.role,
        permissions=permissions_of(role=membership.role, own=own.permissions if own else None),
    )


def find_membership(*, tenant: TenantRef, person_id: UUID) -> Membership | None:
    """Answer the person's live membership with the person, or None."""
    with platform_context():
        return (
            Membership.objects.select_related("person", "own_role")
            .filter(tenant_id=tenant.id, person_id=person_id, is_active=True, person__is_active=True)
            .filter(tenant__state=TenantState.ACTIVE)
            .first()
        )


def find_member(*, tenant: TenantRef, person_id: UUID) -> Member | None:
    """Answer the person as a member of the tenant, or None if they are not one now."""
    membership = find_membership(tenant=tenant, person_id=person_id)
    return member_from(membership) if membership else None


def get_members(*, tenant: TenantRef) -> list[Member]:
    """Answer the live members, by name."""
    with platform_context():
        found = Membership.objects.select_related("person", "own_role").filter(
            tenant_id=tenant.id, is_active=True, person__is_active=True
        )
        return [member_from(membership) for membership in found.order_by("person__name", "id")]
