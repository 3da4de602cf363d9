"""Reading how a company lets its people sign in."""

from collections.abc import Sequence
from dataclasses import dataclass

from tenants.context import TenantRef, platform_context
from tenants.members.roles.queries import RoleFound, role_in
from tenants.models import SsoDomain, SsoProvider, Tenant
from tenants.paging import Page, Window, turn_whole


@dataclass(frozen=True, slots=True)
class Setting:
    """The company's provider, if it has one, and its rules."""

    provider: SsoProvider | None
    only: bool
    require_second_factor: bool

    @property
    def is_on(self) -> bool:
        """Whether one can sign in through it."""
        return self.provider is not None and self.provider.is_on


def get_setting(*, tenant: TenantRef) -> Setting:
    """Answer what is set."""
    with platform_context():
        row = Tenant.objects.get(id=tenant.id)
        provider = SsoProvider.objects.select_related("own_role").filter(tenant_id=tenant.id).first()
    return Setting(provider, row.sso_only, row.require_second_factor)


def get_domains(*, tenant: TenantRef) -> Sequence[SsoDomain]:
    """Answer the company's domains, by name."""
    with platform_context():
        return list(SsoDomain.objects.filter(tenant_id=tenant.id).order_by("domain"))


def get_page(*, tenant: TenantRef, window: Window) -> Page[SsoDomain]:
    """Answer a page of them; a company has few."""
    return turn_whole(rows=get_domains(tenant=tenant), window=window, key=lambda row: (row.domain,))


def role_of(row: SsoProvider) -> RoleFound | None:
    """Answer what strangers become; None if they are refused."""
    return role_in(role=row.role, own=row.own_role)


def key_of(row: SsoProvider) -> str | None:
    """Answer the key of that role."""
    role = role_of(row)
    return role.key if role else None
