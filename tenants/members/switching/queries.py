"""The tenants in which a person is a live member. Only who has proved their address is one person in all of them."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from tenants.context import current_tenant, platform_context
from tenants.members.member import Member
from tenants.members.people.queries import is_live, role_key
from tenants.members.sessions import proof_of
from tenants.models import Membership, TenantState
from tenants.paging import Page, Window, turn_whole
from tenants.provisioning.addresses import url_of


@dataclass(frozen=True, slots=True)
class Place:
    """A company that somebody works with."""

    id: UUID
    slug: str
    name: str
    url: str
    role: str
    is_current: bool


def get_places(*, member: Member, request: HttpRequest) -> list[Place]:
    """Answer the person's companies by name, this one too.

    None but this one for who has not proved their address, nor where this one's provider alone says who they are.
    """
    here, is_own = current_tenant().id, proof_of(session=request.session).is_own
    with platform_context():
        rows = Membership.objects.select_related("tenant", "own_role", "person")
        found = rows.filter(is_live(), person=member.person_id, tenant__state=TenantState.ACTIVE)
        live = [
            row
            for row in found.order_by("tenant__name", "id")
            if (is_own and row.person.verified_at) or row.tenant_id == here
        ]
    return [
        Place(
            id=row.tenant_id,
            slug=row.tenant.slug,
            name=row.tenant.name,
            url=url_of(tenant=row.tenant.ref, request=request),
            role=role_key(row),
            is_current=row.tenant_id == here,
        )
        for row in live
    ]


def get_page(*, member: Member, request: HttpRequest, window: Window) -> Page[Place]:
    """Answer a page of them; somebody works with few."""
    rows = get_places(member=member, request=request)
    return turn_whole(rows=rows, window=window, key=lambda place: (place.name, str(place.id)))
