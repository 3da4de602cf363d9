"""What follows once somebody has proved an address: they become its one owner, or join who is that already."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from tenants import ports
from tenants.audit.noting import Target, Who, note
from tenants.confirming.models import Confirmation
from tenants.context import TenantRef, platform_context
from tenants.database.locks import lock_key
from tenants.members.commands import find_person
from tenants.members.permissions import Role
from tenants.models import Membership, Person, Tenant

_ROUNDS: Final = 3


def prove_address(*, person_id: UUID, now: datetime) -> UUID:
    """Take the address of a person as proved; answer who owns it from now on: they, or who has proved it before.

    Where they are not the same, the memberships go over to the owner, who keeps their own password; the other is no
    more, and neither are their sessions. May be killed anywhere and asked again. Call it outside transactions.
    """
    for _ in range(_ROUNDS):
        with platform_context():
            person = Person.objects.get(id=person_id)
            owner = find_person(email=person.email)
        if owner is not None and owner.id != person.id:
            _hand_over_work(person, owner)
        settled = _settle(person.id, owner.id if owner else None, now)
        if settled is not None:
            return settled
    raise RuntimeError("others keep proving the same address")


def _hand_over_work(person: Person, owner: Person) -> None:
    """Before the membership moves: afterwards nobody would know of it. Twice is once."""
    for tenant in _tenants_of(person):
        for hand_over in ports.hand_over_work:
            hand_over(tenant, person.id, owner.id, owner.name)


def _tenants_of(person: Person) -> list[TenantRef]:
    with platform_context():
        return [tenant.ref for tenant in Tenant.objects.filter(memberships__person=person).order_by("id")]


def _settle(person_id: UUID, expected: UUID | None, now: datetime) -> UUID | None:
    """Write it down; answer None where somebody else has proved the address since `expected` was looked up."""
    with platform_context(), transaction.atomic():
        person = Person.objects.select_for_update().get(id=person_id)
        _lock_address(person.email)
        owner = find_person(email=person.email)
        if (owner.id if owner else None) != expected:
            return None
        if owner is None:
            owner = person
            Person.objects.filter(id=person.id).update(verified_at=now)
        Confirmation.objects.filter(person=person).delete()
        places = Membership.objects.select_related("tenant").filter(person=person)
        for place in places.order_by("tenant_id"):
            _settle_in(place, person, owner, now)
        if owner.id != person.id:
            person.delete()
        return owner.id


def _lock_address(email: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(f"address {email.lower()}")])


def _settle_in(place: Membership, person: Person, owner: Person, now: datetime) -> None:
    if owner.id != person.id:
        _join(place, owner)
    mark_confirmed(tenant=place.tenant, now=now)
    note(
        tenant=place.tenant.id,
        who=Who(kind="member", id=owner.id, label=owner.name),
        action="person.verified",
        target=Target(kind="member", id=str(person.id), label=person.name),
        after={"person": str(owner.id)},
        now=now,
    )


def _join(place: Membership, owner: Person) -> None:
    """Give the owner of the address the other's place; one they have already grows if that was more."""
    own = Membership.objects.filter(tenant=place.tenant, person=owner).first()
    if own is None:
        Membership.objects.filter(id=place.id).update(person=owner)
    elif place.is_active and place.role == Role.OWNER.value:
        Membership.objects.filter(id=own.id).update(role=place.role, own_role=None, is_active=True)


def mark_confirmed(*, tenant: Tenant, now: datetime) -> None:
    """Let a tenant do what waits for a proved address. Call it in a transaction in public."""
    if tenant.confirmed_at is None:
        Tenant.objects.filter(id=tenant.id, confirmed_at=None).update(confirmed_at=now)
        tenant.confirmed_at = now
        Confirmation.objects.filter(tenant=tenant, person__verified_at__isnull=False).delete()
        ports.say_tenant_changed(tenant=tenant.ref)
