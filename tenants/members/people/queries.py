"""Reading members, and holding them still while somebody changes who may do what."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.permissions import OWN_ROLE, PERMISSIONS, Role
from tenants.members.queries import member_from
from tenants.models import Membership, Tenant
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotAllowed, NotFound
from tenants.text import is_storable

Order = Literal["name", "-name", "joined_at", "-joined_at"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which members a list holds; None means any."""

    role: str | None = None
    is_active: bool | None = None


def is_live() -> Q:
    """Answer the condition of a membership that lets somebody in."""
    return Q(is_active=True, person__is_active=True)


def lock_people(*, tenant: TenantRef, by: Member) -> Member:
    """Hold all other changes of the tenant's members and roles back until the transaction ends; answer `by` as of now.

    Call it in platform_context. What was true when the request came may not be any more: raises NotAllowed for whoever
    is no live member now.
    """
    Tenant.objects.select_for_update(no_key=True).only("id").get(id=tenant.id)
    now = _rows(tenant.id).filter(is_live(), person=by.person_id).first()
    if now is None:
        raise NotAllowed
    return member_from(now)


def get_row(*, tenant: UUID, person: UUID) -> Membership:
    """Answer a membership with its person and role, live or not; raise NotFound. Call it in platform_context."""
    row = _rows(tenant).filter(person=person).first()
    if row is None:
        raise NotFound
    return row


def count_owners(*, tenant: UUID, besides: UUID) -> int:
    """Answer how many owners can sign in besides this person. Call it in platform_context."""
    return Membership.objects.filter(is_live(), tenant=tenant, role=Role.OWNER.value).exclude(person=besides).count()


def get_page(*, tenant: TenantRef, filters: Filters, window: Window, order: Order) -> Page[Membership]:
    """Answer a page of members with their persons and roles."""
    fields = ("person__name", "id") if order.endswith("name") else ("joined_at", "id")
    with platform_context():
        rows = _rows(tenant.id).filter(_conditions(filters))
        found = list(cut(rows=rows, fields=fields, descending=order[0] == "-", window=window))
    return turn(rows=found, window=window, key=lambda row: _place(row, fields[0]))


def find_row(*, tenant: TenantRef, person: UUID) -> Membership:
    """Answer one member, live or not; raise NotFound."""
    with platform_context():
        return get_row(tenant=tenant.id, person=person)


def role_key(row: Membership) -> str:
    """Answer the key of a membership's role."""
    return row.own_role.key if row.own_role else row.role


def _rows(tenant: UUID) -> QuerySet[Membership]:
    return Membership.objects.select_related("person", "own_role").filter(tenant=tenant)


def _place(row: Membership, field: str) -> tuple[object, ...]:
    return (row.person.name if field == "person__name" else row.joined_at.isoformat(), row.id)


def _conditions(filters: Filters) -> Q:
    wanted = Q()
    if filters.role is not None:
        built_in = filters.role in PERMISSIONS
        known = is_storable(text=filters.role)
        wanted &= Q(role=filters.role) if built_in else Q(role=OWN_ROLE, own_role__key=filters.role if known else "")
    if filters.is_active is not None:
        wanted &= is_live() if filters.is_active else ~is_live()
    return wanted
