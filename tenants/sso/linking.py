"""Whom a provider means: finding the membership, making it, and connecting one to what the provider calls them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Lower

from tenants.audit.noting import SYSTEM, Target, Who, note
from tenants.closing import refuse_closed
from tenants.context import TenantRef, platform_context
from tenants.members.queries import member_from
from tenants.members.roles.queries import RoleFound
from tenants.models import Membership, Person, SsoDomain, SsoIdentity, SsoProvider
from tenants.sso.queries import role_of
from tenants.sso.refusals import SsoAddressDoesNotCount, SsoNotMember, SsoRefused
from tenants.sso.rules import Known, Step, address_in, decide, name_in


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom the provider means; `asks` where they must first show their own means and agree."""

    person_id: UUID
    asks: bool = False


def find_meant(*, tenant: TenantRef, issuer: str, claims: Mapping[str, Any], now: datetime) -> Meant:
    """Answer whom the claims mean in this company; raise a refusal where they mean nobody who may come in."""
    with platform_context(), transaction.atomic():
        provider = SsoProvider.objects.select_for_update().get(tenant_id=tenant.id)  # two first sign-ins at once
        named = SsoIdentity.objects.select_related("membership").filter(
            tenant_id=tenant.id, issuer=issuer, subject=claims["sub"]
        )
        identity = named.first()
        if identity:
            if not identity.membership.is_active:
                raise SsoRefused
            return Meant(identity.membership.person_id)
        return _first_time(tenant, provider, issuer, claims, now)


def connect(
    *, tenant: TenantRef, membership: Membership, issuer: str, subject: str, now: datetime, agreed: bool
) -> None:
    """Let the provider's subject mean this membership from now on. Call it in platform_context."""
    SsoIdentity.objects.get_or_create(
        tenant_id=tenant.id,
        issuer=issuer,
        subject=subject,
        defaults={"membership": membership, "created_at": now},
    )
    person = membership.person
    note(
        tenant=tenant.id,
        who=Who(kind="member", id=person.id, label=person.name) if agreed else SYSTEM,
        action="sso.connected",
        target=Target(kind="member", id=str(person.id), label=person.name),
        now=now,
        after={"issuer": issuer},
    )


def _first_time(
    tenant: TenantRef, provider: SsoProvider, issuer: str, claims: Mapping[str, Any], now: datetime
) -> Meant:
    proved = SsoDomain.objects.filter(tenant_id=tenant.id, proved_at__isnull=False).values_list("domain", flat=True)
    address = address_in(claims=claims, proved=set(proved))
    if address is None:
        raise SsoAddressDoesNotCount
    membership = _find(tenant, address)
    role = role_of(provider)
    known = _known(membership, provider, role) if membership else None
    step = decide(known=known, may_join=role is not None)
    if step is Step.REFUSE:
        raise SsoNotMember if membership is None else SsoRefused
    if membership is None:
        if role is None:
            raise SsoNotMember
        membership = _join(tenant, role, address, claims, now)
    if step is Step.ASK:
        return Meant(membership.person_id, asks=True)
    connect(tenant=tenant, membership=membership, issuer=issuer, subject=claims["sub"], now=now, agreed=False)
    return Meant(membership.person_id)


def _find(tenant: TenantRef, address: str) -> Membership | None:
    """Answer the membership of this company's person with the address: a live one, and one who has proved it, first."""
    rows = Membership.objects.select_related("person", "own_role").filter(tenant_id=tenant.id)
    found = rows.annotate(address=Lower("person__email")).filter(address=address.lower())
    return found.order_by("-is_active", "-person__is_active", "person__verified_at", "id").first()


def _known(membership: Membership, provider: SsoProvider, role: RoleFound | None) -> Known:
    """Answer what is known of them: what strangers get, anybody's provider may say; beyond that, an owner's."""
    person, given = membership.person, role.permissions if role else frozenset[str]()
    return Known(
        is_live=membership.is_active and person.is_active,
        is_proved=person.verified_at is not None,
        is_elsewhere=Membership.objects.filter(person=person).exclude(id=membership.id).exists(),
        is_above=not provider.by_owner and not member_from(membership).permissions <= given,
    )


def _join(tenant: TenantRef, role: RoleFound, address: str, claims: Mapping[str, Any], now: datetime) -> Membership:
    refuse_closed(tenant=tenant)
    person = Person.objects.create(
        email=address, name=name_in(claims=claims, address=address), password=make_password(None)
    )
    stored: dict[str, Any] = dict(role.stored)
    membership = Membership.objects.create(tenant_id=tenant.id, person=person, **stored)
    note(
        tenant=tenant.id,
        who=SYSTEM,
        action="member.joined",
        target=Target(kind="member", id=str(person.id), label=person.name),
        now=now,
        after={"role": role.key, "way": "sso"},
    )
    return membership
