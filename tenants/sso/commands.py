"""What a company sets: its provider, its domains, whether a second factor is required. All of it is noted."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from uuid_utils.compat import uuid7

from tenants.audit.noting import Target, note, who_is
from tenants.confirming.commands import refuse_unconfirmed
from tenants.context import TenantRef, platform_context
from tenants.factors.queries import has_factor
from tenants.members.member import Member
from tenants.members.permissions import Role
from tenants.members.proof import Way
from tenants.members.roles.queries import RoleFound, find_role
from tenants.members.rules import BeyondYours
from tenants.models import Membership, Session, SsoDomain, SsoProvider, Tenant
from tenants.refusals import FieldError, Invalid, NotFound
from tenants.resolving import find_texts
from tenants.secrets import seal
from tenants.sso.going import SECRET
from tenants.sso.provider import forget_published, get_published, is_address
from tenants.sso.queries import key_of
from tenants.sso.refusals import DomainNotProved, DomainThere, SsoFailed, TooManyDomains, WayBackNeeded
from tenants.sso.shapes import domain_in

MOST_DOMAINS: Final = 50
RECORD: Final = "_yunke"
_WORD: Final = "yunke-verification="


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a provider is to be; without a secret the one that is kept stays."""

    issuer: str
    client_id: str
    client_secret: str | None
    role: str | None
    on: bool
    only: bool


def set_provider(*, tenant: TenantRef, member: Member, wanted: Wanted, now: datetime) -> None:
    """Set the company's provider; one that is on is asked first whether it answers.

    Raises Invalid, WayBackNeeded, or BeyondYours for a role that allows what the member may not do themselves.
    """
    with platform_context():
        kept = SsoProvider.objects.filter(tenant_id=tenant.id).first()
        role = find_role(tenant=tenant.id, key=wanted.role) if wanted.role else None
    _refuse_invalid(wanted, role, kept)
    if role is not None and not role.permissions <= member.permissions:
        raise BeyondYours
    if wanted.on:
        refuse_unconfirmed(tenant=tenant)  # it brings people in, as an invitation does
        _refuse_silent(wanted.issuer)
    with platform_context(), transaction.atomic():
        Tenant.objects.select_for_update(no_key=True).get(id=tenant.id)  # nobody's last factor goes meanwhile
        if wanted.only and not _has_way_back(tenant, member):
            raise WayBackNeeded
        row = SsoProvider.objects.select_for_update().filter(tenant_id=tenant.id).first()
        before = _said(tenant, row)
        if row and (not wanted.on or row.issuer != wanted.issuer):
            _end_sessions(tenant)
        row = row or SsoProvider(id=uuid7(), tenant_id=tenant.id)
        same = (row.issuer, row.client_id) == (wanted.issuer, wanted.client_id)
        row.by_owner = member.role == Role.OWNER or (row.by_owner and same)
        row.issuer, row.client_id, row.is_on = wanted.issuer, wanted.client_id, wanted.on
        row.role, row.own_role = ("", None) if role is None else (role.stored_key, role.own)
        if wanted.client_secret:
            row.secret = seal(text=wanted.client_secret, purpose=SECRET, tenant=tenant.id, row=row.id)
        row.save()
        Tenant.objects.filter(id=tenant.id).update(sso_only=wanted.only)
        after = {**(_said(tenant, row) or {}), "secret_changed": bool(wanted.client_secret)}
        _note(tenant, member, "sso.changed", Target(kind="sso", id=str(row.id)), now, before, after)


def remove_provider(*, tenant: TenantRef, member: Member, now: datetime) -> None:
    """Forget the company's provider; everybody signs in by their own means then."""
    with platform_context(), transaction.atomic():
        row = SsoProvider.objects.select_for_update().filter(tenant_id=tenant.id).first()
        if row is None:
            return
        before = _said(tenant, row)
        Tenant.objects.filter(id=tenant.id).update(sso_only=False)
        _end_sessions(tenant)
        _note(tenant, member, "sso.changed", Target(kind="sso", id=str(row.id)), now, before, None)
        row.delete()


def add_domain(*, tenant: TenantRef, member: Member, domain: str, now: datetime) -> SsoDomain:
    """Enter a domain that is to be proved."""
    name = domain_in(text=domain)
    with platform_context(), transaction.atomic():
        if SsoDomain.objects.filter(tenant_id=tenant.id).count() >= MOST_DOMAINS:
            raise TooManyDomains
        try:
            with transaction.atomic():
                row = SsoDomain.objects.create(tenant_id=tenant.id, domain=name, token=secrets.token_urlsafe(24))
        except IntegrityError as error:
            raise DomainThere from error
        _note(tenant, member, "sso.domain_added", Target(kind="domain", id=str(row.id), label=name), now)
        return row


def check_domain(*, tenant: TenantRef, member: Member, domain_id: UUID, now: datetime) -> SsoDomain:
    """Look for the record; raise DomainNotProved where it is not there, LookupFailed where nobody answers."""
    with platform_context():
        row = SsoDomain.objects.filter(tenant_id=tenant.id, id=domain_id).first()
    if row is None:
        raise NotFound
    found = find_texts(name=record_name(row))
    if record_text(row) not in [text.strip() for text in found]:
        raise DomainNotProved
    if row.proved_at is None or row.missing_since is not None:
        with platform_context(), transaction.atomic():
            row.proved_at, row.missing_since, row.next_at = row.proved_at or now, None, None
            row.save(update_fields=["proved_at", "missing_since", "next_at"])
            _note(tenant, member, "sso.domain_proved", Target(kind="domain", id=str(row.id), label=row.domain), now)
    return row


def remove_domain(*, tenant: TenantRef, member: Member, domain_id: UUID, now: datetime) -> None:
    """Forget a domain: from now on the provider's word about new people of it counts no more."""
    with platform_context(), transaction.atomic():
        row = SsoDomain.objects.filter(tenant_id=tenant.id, id=domain_id).first()
        if row is None:
            raise NotFound
        _note(tenant, member, "sso.domain_removed", Target(kind="domain", id=str(row.id), label=row.domain), now)
        row.delete()


def require_second_factor(*, tenant: TenantRef, member: Member, required: bool, now: datetime) -> None:
    """Say whether everybody who signs in must have a second factor; who has none is led to enrol one."""
    with platform_context(), transaction.atomic():
        row = Tenant.objects.select_for_update().get(id=tenant.id)
        before = {"require_second_factor": row.require_second_factor}
        if row.require_second_factor == required:
            return
        Tenant.objects.filter(id=tenant.id).update(require_second_factor=required)
        after = {"require_second_factor": required}
        _note(tenant, member, "security.changed", Target(kind="tenant", id=str(tenant.id)), now, before, after)


def record_name(domain: SsoDomain) -> str:
    """Answer the name of the TXT record that proves a domain."""
    return f"{RECORD}.{domain.domain}"


def record_text(domain: SsoDomain) -> str:
    """Answer the text of the record."""
    return f"{_WORD}{domain.token}"


def _refuse_invalid(wanted: Wanted, role: RoleFound | None, kept: SsoProvider | None) -> None:
    errors: list[FieldError] = []

    def wrong(field: str, detail: str) -> None:
        errors.append({"field": field, "code": "invalid", "detail": detail})

    if not is_address(url=wanted.issuer, issuer=wanted.issuer) or "?" in wanted.issuer:
        wrong("issuer", "Enter the https address of the issuer.")
    if not wanted.client_id or not wanted.client_id.isprintable() or not wanted.client_id.isascii():
        wrong("client_id", "Enter the client's id.")
    if not wanted.client_secret and (kept is None or kept.issuer != wanted.issuer):
        wrong("client_secret", "Enter the client's secret.")  # what one issuer was told, another must not hear
    if wanted.role and (role is None or role.key == Role.OWNER):
        wrong("role", "Choose a role that is not the owner's.")
    if wanted.only and not wanted.on:
        wrong("only", "Switch it on first.")
    if errors:
        raise Invalid(errors=errors)


def _refuse_silent(issuer: str) -> None:
    forget_published(issuer=issuer)
    try:
        get_published(issuer=issuer)
    except SsoFailed as error:
        detail = "This issuer does not publish what OpenID Connect asks for."
        raise Invalid(errors=[{"field": "issuer", "code": "sso_failed", "detail": detail}]) from error


def _end_sessions(tenant: TenantRef) -> None:
    """End what a provider has opened whose word counts no more."""
    Session.objects.filter(tenant_id=tenant.id, way=Way.SSO.value).delete()


def _has_way_back(tenant: TenantRef, member: Member) -> bool:
    owners = Membership.objects.filter(tenant_id=tenant.id, person_id=member.person_id, role=Role.OWNER.value)
    return owners.exists() and has_factor(person_id=member.person_id)


def _said(tenant: TenantRef, row: SsoProvider | None) -> dict[str, Any] | None:
    if row is None:
        return None
    only = Tenant.objects.values_list("sso_only", flat=True).get(id=tenant.id)
    words = {"issuer": row.issuer, "client_id": row.client_id, "role": key_of(row)}
    return {**words, "on": row.is_on, "only": only}


def _note(
    tenant: TenantRef,
    member: Member,
    action: str,
    target: Target,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    who = who_is(caller=member)
    note(tenant=tenant.id, who=who, action=action, target=target, now=now, before=before, after=after)
