"""Accepting an invitation. The code proves the address; an existing person proves besides that they are themselves."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tenants.audit.noting import Target, Who, note
from tenants.closing import refuse_closed
from tenants.context import TenantRef, platform_context
from tenants.guessing import Guesses
from tenants.members.codes import hash_code
from tenants.members.commands import find_person, password_is
from tenants.members.invitations.queries import get_open, role_of
from tenants.members.invitations.refusals import InvitationWithdrawn
from tenants.members.models import Invitation
from tenants.members.people.queries import is_live
from tenants.members.queries import member_from
from tenants.members.refusals import AlreadyMember, SsoOnly, WrongCredentials
from tenants.members.roles.queries import RoleFound
from tenants.members.rules import check_reach
from tenants.models import Membership, Person, SsoProvider, Tenant
from tenants.provisioning.validation import password_errors
from tenants.refusals import FieldError, Invalid, Refusal
from tenants.text import is_storable

NAME_LENGTH = 100
ACCEPTING: Final = Guesses(name="invitation")


@dataclass(frozen=True, slots=True)
class Door:
    """What somebody with a code sees before they accept: for which address, as what, and whether we know them.

    `code` is the code as it is stored. `by_password` tells whether they can accept by a password, `by_provider` by the
    company's sign-in service.
    """

    code: str
    email: str
    role: str
    is_known: bool
    by_password: bool
    by_provider: bool


def look(*, tenant: TenantRef, code: str, now: datetime) -> Door:
    """Answer what an invitation is for. Raises InvitationUnknown, -Accepted, -Withdrawn or -Expired."""
    with platform_context():
        row = get_open(tenant=tenant, code=hash_code(code=code), now=now)
        role = _check_still_given(row)
        known = find_person(email=row.email) is not None
        on = SsoProvider.objects.filter(tenant_id=tenant.id, is_on=True).exists()
        only = Tenant.objects.values_list("sso_only", flat=True).get(id=tenant.id)
    return Door(row.code, row.email, role.name, known, by_password=known or not only, by_provider=on and not known)


def join(*, tenant: TenantRef, code: str, name: str, password: str, now: datetime) -> Person:
    """Make the person with the invited address a member, and answer them: who is new gets this name and password.

    Raises what `look` raises, WrongCredentials for a person who exists and whose password this is not, Invalid for a
    new one's name or password, SsoOnly where a new one's password would open nothing, Suspended and AlreadyMember.
    """
    refuse_closed(tenant=tenant)
    with platform_context():
        row = get_open(tenant=tenant, code=hash_code(code=code), now=now)
        known = find_person(email=row.email)  # passwords are hashed outside of the transaction: it takes a while
        if known is not None and not password_is(person=known, password=password):
            raise WrongCredentials
        if known is None and Tenant.objects.filter(id=tenant.id, sso_only=True).exists():
            raise SsoOnly
        person = known or _new_person(row.email, name, password, now)
        with transaction.atomic():
            return enter(tenant=tenant, code=row.code, person=person, now=now)


def accept(*, tenant: TenantRef, place: str, code: str, name: str, password: str, now: datetime) -> Person:
    """Join as `join` does, not too often from one place or for one address; raise TooManyTries besides."""
    account = look(tenant=tenant, code=code, now=now).email.lower()
    ACCEPTING.enter(place=place, account=account)
    try:
        person = join(tenant=tenant, code=code, name=name, password=password, now=now)
    except WrongCredentials:
        raise
    except Refusal:
        ACCEPTING.succeeded(place=place, account=account)
        raise
    ACCEPTING.succeeded(place=place, account=account)
    return person


def enter(*, tenant: TenantRef, code: str, person: Person, now: datetime) -> Person:
    """Make a person a member by an invitation, whose code was shown: here it is as it is stored.

    Raises what `look` raises and AlreadyMember. Call it in a transaction in platform_context.
    """
    Tenant.objects.select_for_update(no_key=True).only("id").get(id=tenant.id)
    row = get_open(tenant=tenant, code=code, now=now, lock=True)
    role = _check_still_given(row)
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
