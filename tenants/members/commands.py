"""Making people members, and checking who they say they are."""

from typing import TypeVar

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Lower, Now
from django.db.models.lookups import Exact

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.permissions import Role
from tenants.members.queries import member_from
from tenants.members.refusals import AlreadyMember, WrongCredentials
from tenants.models import Membership, Person, TenantState
from tenants.text import is_storable

M = TypeVar("M", bound=Model)


def find_person(*, email: str) -> Person | None:
    """Answer the person who has proved this address, written in any case. Call it in platform_context."""
    return _with_address(Person.objects.filter(verified_at__isnull=False), "email", email).first()


def _with_address(rows: QuerySet[M], path: str, email: str) -> QuerySet[M]:
    if not is_storable(text=email):
        return rows.none()
    return rows.filter(Exact(Lower(path), email.strip().lower()))


def find_member_person(*, tenant: TenantRef, email: str) -> Person | None:
    """Answer whom the address names among the tenant's members: who has proved it, else who has not yet."""
    rows = Membership.objects.select_related("person").filter(tenant_id=tenant.id, is_active=True)
    found = _with_address(rows, "person__email", email).order_by(F("person__verified_at").asc(nulls_last=True)).first()
    return found.person if found else None


def password_is(*, person: Person | None, password: str) -> bool:
    """Check a password; where there is nobody, spend the same time and answer no."""
    if person is None or not person.is_active:
        make_password(password)
        return False
    return check_password(password, person.password)


def check_credentials(*, tenant: TenantRef, email: str, password: str) -> Member:
    """Answer the member who proves to be one; raise WrongCredentials, which never says what was wrong."""
    with platform_context():
        person = find_member_person(tenant=tenant, email=email)
        if not password_is(person=person, password=password):
            raise WrongCredentials
        membership = (
            Membership.objects.select_related("person", "own_role")
            .filter(tenant_id=tenant.id, tenant__state=TenantState.ACTIVE, person=person, is_active=True)
            .first()
        )
    if membership is None:
        raise WrongCredentials
    return member_from(membership)


def add_member(*, tenant: TenantRef, email: str, name: str, password: str, role: str) -> Member:
    """Make a person a member. A person who exists keeps their password and name; a new one gets these.

    Whoever calls this vouches that the address is theirs.
    """
    with platform_context(), transaction.atomic():
        person = find_person(email=email) or _new_person(email=email, name=name, password=password)
        try:
            with transaction.atomic():
                membership = Membership.objects.create(tenant_id=tenant.id, person=person, role=Role(role).value)
        except IntegrityError as error:
            raise AlreadyMember from error
        return member_from(membership)


def _new_person(*, email: str, name: str, password: str) -> Person:
    hashed = make_password(password)
    return Person.objects.create(email=email.strip(), name=name, password=hashed, verified_at=Now())
