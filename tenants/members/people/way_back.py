"""The way back in: where a company signs in by its provider only, an owner with a second factor must stay."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from tenants.factors.models import CodeApp, SecurityKey
from tenants.members.people.queries import is_live
from tenants.members.permissions import Role
from tenants.members.rules import LastWayBack
from tenants.models import Membership, Tenant, TenantState


def keep_way_back(*, person: UUID, tenant: UUID | None = None) -> None:
    """Raise LastWayBack where a company would have none without this owner: in one company, or in all of theirs.

    Call it in platform_context, inside the transaction that takes their role or their last factor. Until that ends,
    nobody else takes another one's.
    """
    own = _owners().filter(person=person)
    mine = (own if tenant is None else own.filter(tenant=tenant)).values("tenant")
    held = Tenant.objects.select_for_update(no_key=True).filter(id__in=mine, state=TenantState.ACTIVE)
    for row in held.order_by("id"):
        if row.sso_only and not _with_factor(_owners().filter(tenant=row.id).exclude(person=person)).exists():
            raise LastWayBack


def _owners() -> "QuerySet[Membership]":
    return Membership.objects.filter(is_live(), role=Role.OWNER.value)


def _with_factor(rows: "QuerySet[Membership]") -> "QuerySet[Membership]":
    apps = CodeApp.objects.filter(person=OuterRef("person"), confirmed_at__isnull=False)
    return rows.filter(Exists(apps) | Exists(SecurityKey.objects.filter(person=OuterRef("person"))))
