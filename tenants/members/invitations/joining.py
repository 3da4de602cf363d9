"""Accepting an invitation. The code proves the address; an existing person proves besides that they are themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tenants.audit.noting import Target, Who, note
from tenants.context import TenantRef, platform_context
from tenants.members.commands import find_person, password_is
from tenants.members.invitations.queries import get_open, role_of
from tenants.members.invitations.refusals import InvitationUnknown, InvitationWithdrawn
from tenants.members.models import Invitation
from tenants.members.people.queries import is_live
from tenants.members.queries import member_from
from tenants.members.refusals import AlreadyMember, WrongCredentials
from tenants.members.roles.queries import RoleFound
from tenants.members.rules import check_reach
from tenants.models import Membership, Person, Tenant
from tenants.provisioning.validation import password_errors
from tenants.refusals import FieldError, Invalid, Refusal
from tenants.text import is_storable

NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Door:
    """What somebody with a code sees before they accept: for which address, as what, and whether we know them."""

    email: str
    role: str
    is_known: bool


def look(*, tenant: TenantRef, code: str, now: datetime) -> Door:
    """Answer what an invitation is for. Raises InvitationUnknown, -Accepted, -Withdrawn or -Expired."""
    with platform_context():
        row = get_open(tenant=tenant, code=code, now=now)
        role = _check_still_given(row)
        return Door(row.email, role.name, find_person(email=row.email) is not None)


def join(*, tenant: TenantRef, code: str, name: str, password: str, now: datetime) -> Person:
    """Make the person with the invited address a member, and answer them: who is new gets this name and password.

    Raises what `look` raises, WrongCredentials for a person who exists and whose password this is not, Invalid for a
    new one's name or password, and AlreadyMember.
    """
    with platform_context():
        row = get_open(tenant=tenant, code=code, now=now)
        known = find_person(email=row.email)  # passwords are hashed outside of the transaction: it takes a while
        if known is not None and not password_is(person=known, password=password):
            raise WrongCredentials
        new = None if known else _new_person(row.email, name, password, now)
        with transaction.atomic():
            return _join(tenant, code, known or new, now)


def _join(tenant: TenantRef, code: str, person: Person | None, now: datetime) -> Person:
    Tenant.objects.select_for_update(no_key=True).only("id").get(id=tenant.id)
    row = get_open(tenant=tenant, code=code, now=now, lock=True)
    role = _check_still_given(row)
    if person is None:
        raise InvitationUnknown
    _save(person)
    if Membership.objects.filter(tenant=tenant.id, person=person).exists():
        raise AlreadyMember
    Membership.objects.create(tenant_id=tenant.id, person=person, joined_at=now, **_stored(role))
    row.accepted_at = now
    row.save(update_fields=["accepted_at"])
    who = Who(kind="member", id=person.id, label=person.name)
    target = Target(kind="member", id=str(person.id), label=person.name)
    after = {"role": role.key, "invitation": str(row.id)}
    note(tenant=tenant.id, who=who, action="member.joined", target=target, now=now, after=after)
    return person


def _save(person: Person) -> None:
    """Store a new person. Where somebody proved the same address in this very moment, the next try finds them."""
    if not person._state.adding:
        return
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise WrongCredentials from error


def _stored(role: RoleFound) -> dict[str, Any]:
    return dict(role.stored)


def _check_still_given(row: Invitation) -> RoleFound:
    """Answer the role, if who invited is still here and might give it still."""
    role, inviter = role_of(row), row.invited_by_id
    membership = (
        Membership.objects.select_related("person", "own_role")
        .filter(is_live(), tenant=row.tenant_id, person=inviter)
        .first()
    )
    if role is None or membership is None:
        raise InvitationWithdrawn
    try:
        check_reach(by=member_from(membership), role=role.key, permissions=role.permissions)
    except Refusal as refusal:
        raise InvitationWithdrawn from refusal
    return role


def _new_person(email: str, name: str, password: str, now: datetime) -> Person:
    name = name.strip()
    errors: list[FieldError] = []
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable() or not is_storable(text=name):
        errors.append({"field": "name", "code": "shape", "detail": "Enter your name, on one line."})
    errors += password_errors(password=password, email=email, name=name)
    if errors:
        raise Invalid(errors=errors)
    return Person(email=email, name=name, password=make_password(password), verified_at=now)
