"""Reading people: who is a live member of a tenant. All of it is in public, whatever tenant is set."""

import json
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.models import Departure
from tenants.members.permissions import permissions_of
from tenants.members.proof import House
from tenants.models import Membership, Tenant, TenantState

# For live delivery, which asks outside the ORM: of these sessions, those that still let somebody in, and as what.
# What the company asks of whoever signs in is `judge` of tenants/members/proof.py once more; a test compares them.
LIVE_SESSIONS: Final = """
SELECT s.id, p.name, coalesce(r.key, m.role), r.permissions
FROM public.sessions s
JOIN public.tenants t ON t.id = s.tenant_id AND t.state = 'active'
JOIN public.persons p ON p.id = s.person_id AND p.is_active
JOIN public.memberships m ON m.tenant_id = t.id AND m.person_id = p.id AND m.is_active
LEFT JOIN public.roles r ON r.id = m.own_role_id
WHERE s.id = ANY(%(sessions)s) AND s.expire_date > %(now)s
  AND (s.way = 'sso' OR s.factor OR NOT t.require_second_factor)
  AND (s.way = 'sso' OR NOT t.sso_only OR (m.role = 'owner' AND s.factor))
"""

# The same for keys: what whoever answers for them may do now, and when they left, if they came back before the service
# was told of it. It is `find_stayed` once more.
ANSWERING: Final = """
SELECT m.person_id, m.role, r.permissions, d.at
FROM public.memberships m
JOIN public.tenants t ON t.id = m.tenant_id AND t.state = 'active'
JOIN public.persons p ON p.id = m.person_id AND p.is_active
LEFT JOIN public.roles r ON r.id = m.own_role_id
LEFT JOIN public.departures d ON d.tenant_id = m.tenant_id AND d.person = m.person_id
WHERE m.tenant_id = %(tenant)s AND m.person_id = ANY(%(persons)s::uuid[]) AND m.is_active
"""

# As the tenant's own role, which sees its own members by this function and nothing else of public.
OWN: Final = "SELECT person, name, role, permissions FROM public.own_members()"


class Colleague(NamedTuple):
    """A live member, as the tenant's own role sees them."""

    person_id: UUID
    name: str
    permissions: frozenset[str]
    role: str  # of the table, or OWN_ROLE


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


def house_of(tenant: Tenant) -> House:
    """Answer what the company asks of whoever signs in."""
    return House(second_factor=tenant.require_second_factor, sso_only=tenant.sso_only)


def find_membership(*, tenant: TenantRef, person_id: UUID) -> Membership | None:
    """Answer the person's live membership with the person and the tenant, or None."""
    with platform_context():
        return _live(tenant, person_id).first()


def _live(tenant: TenantRef, person_id: UUID) -> QuerySet[Membership]:
    return Membership.objects.select_related("person", "own_role", "tenant").filter(
        tenant_id=tenant.id,
        person_id=person_id,
        is_active=True,
        person__is_active=True,
        tenant__state=TenantState.ACTIVE,
    )


def find_member(*, tenant: TenantRef, person_id: UUID) -> Member | None:
    """Answer the person as a member of the tenant, or None if they are not one now."""
    membership = find_membership(tenant=tenant, person_id=person_id)
    return member_from(membership) if membership else None


def find_stayed(*, tenant: TenantRef, person_id: UUID, since: datetime) -> Member | None:
    """Answer the person as a member; None, too, if they left after `since` and the service has not been told yet."""
    gone = Departure.objects.filter(tenant=OuterRef("tenant"), person=OuterRef("person"), at__gte=since)
    with platform_context():
        membership = _live(tenant, person_id).filter(~Exists(gone)).first()
    return member_from(membership) if membership else None


def get_leaving(*, tenant: TenantRef) -> dict[UUID, datetime]:
    """Answer who left when, whether they are back or not, of which the service has not been told yet."""
    with platform_context():
        return dict(Departure.objects.filter(tenant=tenant.id).values_list("person", "at"))


def get_members(*, tenant: TenantRef) -> list[Member]:
    """Answer the live members, by name."""
    with platform_context():
        found = Membership.objects.select_related("person", "own_role").filter(
            tenant_id=tenant.id, is_active=True, person__is_active=True
        )
        return [member_from(membership) for membership in found.order_by("person__name", "id")]


def get_colleagues() -> list[Colleague]:
    """Answer the current tenant's live members, inside of its transaction too."""
    with connection.cursor() as cursor:
        cursor.execute(OWN)
        return [_colleague(*row) for row in cursor.fetchall()]


def _colleague(person: UUID, name: str, role: str, own: Any) -> Colleague:
    decoded = json.loads(own) if isinstance(own, str) else own
    return Colleague(person, name, permissions_of(role=role, own=decoded), role)
