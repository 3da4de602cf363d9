"""Reading roles. Call it in platform_context, but for `get_page`."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from tenants.context import platform_context
from tenants.members.models import OwnRole
from tenants.members.permissions import ALL, OWN_ROLE, PERMISSIONS
from tenants.paging import Page, Window, turn_whole
from tenants.refusals import Invalid
from tenants.text import is_storable

NAMES: Final = {"owner": "Owner", "admin": "Admin", "supervisor": "Supervisor", "agent": "Agent", "viewer": "Viewer"}


@dataclass(frozen=True, slots=True)
class RoleFound:
    """A role as it can be given: `own` is None for a built-in one."""

    key: str
    name: str
    permissions: frozenset[str]
    own: OwnRole | None = None
    members: int = 0

    @property
    def stored_key(self) -> str:
        """Answer what is stored as the role's key, beside `own`."""
        return OWN_ROLE if self.own else self.key

    @property
    def stored(self) -> dict[str, object]:
        """Answer the columns of a membership or an invitation that say this role."""
        return {"role": self.stored_key, "own_role": self.own}


def find_role(*, tenant: UUID, key: str) -> RoleFound | None:
    """Answer a role by its key, built-in or the tenant's own."""
    if key in PERMISSIONS:
        return RoleFound(key, NAMES[key], PERMISSIONS[key])
    own = OwnRole.objects.filter(tenant=tenant, key=key).first() if is_storable(text=key) else None
    return _found(own) if own else None


def role_in(*, role: str, own: OwnRole | None) -> RoleFound | None:
    """Answer the role that two columns say; None where there is none, or the tenant's own has been removed since."""
    if own is not None:
        return _found(own)
    found = PERMISSIONS.get(role)
    return None if found is None else RoleFound(role, NAMES[role], found)


def get_role(*, tenant: UUID, key: str) -> RoleFound:
    """Answer the same; raise Invalid that names the field `role`."""
    role = find_role(tenant=tenant, key=key)
    if role is None:
        raise Invalid(errors=[{"field": "role", "code": "not_found", "detail": "There is no such role."}])
    return role


def get_roles(*, tenant: UUID) -> list[RoleFound]:
    """Answer the built-in roles, the highest first, then the tenant's own by key."""
    built_in = [RoleFound(key, NAMES[key], permissions) for key, permissions in PERMISSIONS.items()]
    active = Count("memberships", filter=Q(memberships__is_active=True))
    own = OwnRole.objects.filter(tenant=tenant).annotate(members=active).order_by("key")
    return [*built_in, *(_found(role, role.members) for role in own)]


def get_page(*, tenant: UUID, window: Window) -> Page[RoleFound]:
    """Answer a page of the same, for the tenant in whose context it is called."""
    with platform_context():
        roles = get_roles(tenant=tenant)
    ranks = {key: f"{rank:02}" for rank, key in enumerate(PERMISSIONS)}
    return turn_whole(
        rows=roles,
        window=window,
        key=lambda role: (ranks[role.key] if role.own is None else "own", role.key),
    )


def _found(own: OwnRole, members: int = 0) -> RoleFound:
    return RoleFound(own.key, own.name, ALL & frozenset(own.permissions), own, members)
