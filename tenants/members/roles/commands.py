"""Defining roles. Everything that changes who may do what in one tenant happens one after the other."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.models import Invitation, OwnRole
from tenants.members.people.queries import lock_people
from tenants.members.permissions import ALL, OWN_ROLE, PERMISSIONS
from tenants.members.roles.queries import RoleFound, find_role
from tenants.members.rules import check_manager, check_reach
from tenants.models import Membership, SsoProvider
from tenants.refusals import FieldError, Invalid, NotFound, Refusal

MOST: Final = 50
KEY: Final = re.compile(r"[a-z](?:[-_]?[a-z0-9])*")
KEY_LENGTH: Final = 40
NAME_LENGTH: Final = 100


class RoleTaken(Refusal):
    """There is a role with this key already."""

    code = "role_taken"
    status = 409


class BuiltIn(Refusal):
    """Built-in roles cannot be changed; make one of your own."""

    code = "built_in"
    status = 409


class RoleInUse(Refusal):
    """Members or open invitations have this role; give them another one first."""

    code = "role_in_use"
    status = 409


class RoleChanged(Refusal):
    """Somebody else changed the role meanwhile; look at it and try again."""

    code = "conflict"
    status = 409


class TooManyRoles(Refusal):
    """A company can have 50 roles of its own."""

    code = "too_many_roles"
    status = 409


def make_role(
    *, tenant: TenantRef, key: str, name: str, permissions: Sequence[str], by: Member, now: datetime
) -> RoleFound:
    """Define a role. Raises NotAllowed, BeyondYours, Invalid, RoleTaken or TooManyRoles."""
    check_manager(by=by)
    given = _check(key, name, permissions)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        check_reach(by=by, role=key, permissions=given)
        if OwnRole.objects.filter(tenant=tenant.id, key=key).exists():
            raise RoleTaken
        if OwnRole.objects.filter(tenant=tenant.id).count() >= MOST:
            raise TooManyRoles
        row = OwnRole.objects.create(tenant_id=tenant.id, key=key, name=name.strip(), permissions=sorted(given))
        _note(tenant, by, row, now, before=None, after=_as_noted(row))
    return RoleFound(row.key, row.name, given, row)


def change_role(
    *,
    tenant: TenantRef,
    key: str,
    revision: int,
    by: Member,
    now: datetime,
    name: str | None = None,
    permissions: Sequence[str] | None = None,
) -> RoleFound:
    """Change a role with this revision; its members' sockets come in anew.

    Raises NotAllowed, NotFound, BuiltIn, RoleChanged, Invalid, or BeyondYours: for a role that allows, or would allow,
    what the caller may not do.
    """
    check_manager(by=by)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        row, found = _get_own(tenant, key, by)
        if row.revision != revision:
            raise RoleChanged
        before = _as_noted(row)
        given = found.permissions if permissions is None else frozenset(permissions)
        name = row.name if name is None else name
        _check(key, name, sorted(given))
        check_reach(by=by, role=key, permissions=given)
        row.name, row.permissions, row.revision = name.strip(), sorted(given), row.revision + 1
        row.save(update_fields=["name", "permissions", "revision"])
        _note(tenant, by, row, now, before=before, after=_as_noted(row))
    return RoleFound(row.key, row.name, given, row, found.members)


def remove_role(*, tenant: TenantRef, key: str, by: Member, now: datetime) -> None:
    """Remove a role that nobody has or gets. Raises NotAllowed, NotFound, BuiltIn, BeyondYours or RoleInUse."""
    check_manager(by=by)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        row, _ = _get_own(tenant, key, by)
        holders = (Membership.objects.all(), Invitation.open_at(now), SsoProvider.objects.all())
        if any(rows.filter(own_role=row).exists() for rows in holders):
            raise RoleInUse
        before = _as_noted(row)
        _note(tenant, by, row, now, before=before, after=None)
        row.delete()


def _get_own(tenant: TenantRef, key: str, by: Member) -> tuple[OwnRole, RoleFound]:
    found = find_role(tenant=tenant.id, key=key)
    if found is None:
        raise NotFound
    if found.own is None:
        raise BuiltIn
    check_reach(by=by, role=key, permissions=found.permissions)
    return found.own, found


def _check(key: str, name: str, permissions: Sequence[str]) -> frozenset[str]:
    errors: list[FieldError] = []
    if not KEY.fullmatch(key) or len(key) > KEY_LENGTH or key in PERMISSIONS or key == OWN_ROLE:
        sentence = "Small letters a-z, digits, single hyphens and underscores; not the name of a built-in role."
        errors.append({"field": "key", "code": "shape", "detail": sentence})
    if not 1 <= len(name.strip()) <= NAME_LENGTH or not name.isprintable():
        errors.append({"field": "name", "code": "shape", "detail": "Use printable characters on one line."})
    if not frozenset(permissions) <= ALL:
        errors.append({"field": "permissions", "code": "unknown", "detail": f"Any of {', '.join(sorted(ALL))}."})
    if errors:
        raise Invalid(errors=errors)
    return frozenset(permissions)


def _as_noted(row: OwnRole) -> dict[str, Any]:
    return {"name": row.name, "permissions": list(row.permissions)}


def _note(
    tenant: TenantRef, by: Member, row: OwnRole, now: datetime, *, before: dict[str, Any] | None, after: Any
) -> None:
    action = "role.made" if before is None else "role.changed" if after else "role.removed"
    target = Target(kind="role", id=row.key, label=row.name)
    note(tenant=tenant.id, who=who_is(caller=by), action=action, target=target, now=now, before=before, after=after)
