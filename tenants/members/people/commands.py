"""Changing members: their role, whether they may come in, the end of a membership, their sessions.

Who may no longer come in loses their sessions in the same transaction; live delivery closes their sockets within five
seconds of it. What the service does about their work is told by `departures`.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from tenants.audit.noting import Target, note, who_is
from tenants.closing import refuse_closed
from tenants.context import TenantRef, platform_context
from tenants.factors.queries import has_factor
from tenants.members.departures import note_departure
from tenants.members.ending import end_sessions
from tenants.members.member import Member
from tenants.members.people.queries import count_owners, get_row, lock_people, role_key
from tenants.members.people.way_back import keep_way_back
from tenants.members.queries import member_from
from tenants.members.roles.queries import get_role
from tenants.members.rules import check_manager, check_owner_stays, check_reach
from tenants.models import Membership


def change_member(
    *,
    tenant: TenantRef,
    person: UUID,
    by: Member,
    now: datetime,
    role: str | None = None,
    is_active: bool | None = None,
) -> Membership:
    """Give a member another role, or let them in no more or again; answer the row as it is then.

    A closed tenant may let people in no more, nothing else. Raises NotAllowed, NotFound, Invalid, OwnersOnly,
    BeyondYours, LastOwner, LastWayBack or Suspended.
    """
    check_manager(by=by)
    if role is not None or is_active:
        refuse_closed(tenant=tenant)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        row = get_row(tenant=tenant.id, person=person)
        _check_reach_of(by, row)
        if role is not None and role != role_key(row):
            _change_role(tenant, row, role, by, now)
        if is_active is not None and is_active != row.is_active:
            _switch(tenant, row, by, now, is_active=is_active)
    return row


def remove_member(*, tenant: TenantRef, person: UUID, by: Member, now: datetime) -> None:
    """End a membership; everybody may end their own.

    Raises NotAllowed, NotFound, OwnersOnly, BeyondYours, LastOwner or LastWayBack.
    """
    leaving = person == by.person_id
    if not leaving:
        check_manager(by=by)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        row = get_row(tenant=tenant.id, person=person)
        if not leaving:
            _check_reach_of(by, row)
        _check_owner_stays(tenant, row)
        before = {"role": role_key(row), "is_active": row.is_active}
        _let_go(tenant, row, by, now)
        action = "member.left" if leaving else "member.removed"
        _note(tenant, by, action, row, now, before=before)
        row.delete()


def end_member_sessions(*, tenant: TenantRef, person: UUID, by: Member, now: datetime) -> int:
    """End all sessions that a member has here; answer how many.

    Raises NotAllowed, NotFound, OwnersOnly or BeyondYours.
    """
    check_manager(by=by)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        row = get_row(tenant=tenant.id, person=person)
        _check_reach_of(by, row)
        return end_sessions(person=person, who=who_is(caller=by), why="ended_by_admin", now=now, tenant=tenant.id)


def _check_reach_of(by: Member, row: Membership) -> None:
    target = member_from(row)
    check_reach(by=by, role=target.role, permissions=target.permissions)


def _check_owner_stays(tenant: TenantRef, row: Membership) -> None:
    check_owner_stays(role=row.role, others=count_owners(tenant=tenant.id, besides=row.person_id))
    if has_factor(person_id=row.person_id):
        keep_way_back(person=row.person_id, tenant=tenant.id)


def _change_role(tenant: TenantRef, row: Membership, key: str, by: Member, now: datetime) -> None:
    role = get_role(tenant=tenant.id, key=key)
    check_reach(by=by, role=role.key, permissions=role.permissions)
    _check_owner_stays(tenant, row)
    before = {"role": role_key(row)}
    for column, value in role.stored.items():
        setattr(row, column, value)
    row.save(update_fields=["role", "own_role"])
    _note(tenant, by, "member.role_changed", row, now, before=before, after={"role": role.key})


def _switch(tenant: TenantRef, row: Membership, by: Member, now: datetime, *, is_active: bool) -> None:
    if not is_active:
        _check_owner_stays(tenant, row)
        _let_go(tenant, row, by, now)
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    action = "member.reactivated" if is_active else "member.deactivated"
    _note(tenant, by, action, row, now)


def _let_go(tenant: TenantRef, row: Membership, by: Member, now: datetime) -> None:
    who, person = who_is(caller=by), row.person_id
    end_sessions(person=person, who=who, why="membership_ended", now=now, tenant=tenant.id)
    note_departure(tenant=tenant.id, person=row.person_id, now=now)


def _note(
    tenant: TenantRef,
    by: Member,
    action: str,
    row: Membership,
    now: datetime,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    target = Target(kind="member", id=str(row.person_id), label=row.person.name)
    note(tenant=tenant.id, who=who_is(caller=by), action=action, target=target, now=now, before=before, after=after)
