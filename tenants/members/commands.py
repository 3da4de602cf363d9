"""Making people members, and checking who they say they are."""

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from tenants.context import TenantRef, platform_context
from tenants.members.member import Member
from tenants.members.permissions import Role
from tenants.members.queries import member_from
from tenants.members.refusals import AlreadyMember, WrongCredentials
from tenants.models import Membership, Person, TenantState
from tenants.text import is_storable


def find_person(*, email: str) -> Person | None:
    """Answer the person with this address in any case. Call it in platform_context."""
    if not is_storable(text=email):
        return None
    return Person.objects.filter(email__iexact=email.strip()).first()


def password_is(*, person: Person | None, password: str) -> bool:
    """Check a password; where there is nobody, spend the same time and answer no."""
    if person is None or not person.is_active:
        make_password(password)
        return False
    return check_password(password, person.password)


def check_credentials(*, tenant: TenantRef, email: str, password: str) -> Member:
    """Answer the member who proves to be one; raise WrongCredentials, which never says what was wrong."""
    with platform_context():
        person = find_person(email=email)
        if not password_is(person=person, password=password):
            raise WrongCredentials
        membership = (
            Membership.objects.select_related("person")
            .filter(tenant_id=tenant.id, tenant__state=TenantState.ACTIVE, person=person, is_active=True)
            .first()
        )
    if membership is None:
        raise WrongCredentials
    return member_from(membership)


def add_member(*, tenant: TenantRef, email: str, name: str, password: str, role: str) -> Member:
    """Make a person a member. A person who exists keeps their password and name; a new one gets these."""
    with platform_context(), transaction.atomic():
        person = find_person(email=email) or _new_person(email=email, name=name, password=password)
        try:
            with transaction.atomic():
                membership = Membership.objects.create(tenant_id=tenant.id, person=person, role=Role(role).value)
        except IntegrityError as error:
            raise AlreadyMember from error
        return member_from(membership)


def _new_person(*, email: str, name: str, password: str) -> Person:
    return Person.objects.create(email=email.strip(), name=name, password=make_password(password))
