"""Naming a domain, proving it, removing it. A proof is looked for outside of transactions, its effect is one.

A domain is served for the one tenant that has proven it last while the proof of the one before is gone: nobody takes a
domain from somebody by saying that it is theirs.
"""

import secrets
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from tenants.audit.noting import SYSTEM, Target, Who, note, who_is
from tenants.closing import refuse_closed
from tenants.context import TenantRef, current_tenant, platform_context
from tenants.domains import rules
from tenants.domains.models import Domain, DomainState
from tenants.domains.proving import find_proof
from tenants.domains.queries import get_domain
from tenants.domains.refusals import DomainClaimed, TooManyDomains
from tenants.members.member import Member
from tenants.models import Tenant
from tenants.ports import say_tenant_changed
from tenants.refusals import NotAllowed

logger = structlog.get_logger(__name__)

MOST: Final = 10
AT_ONCE: Final = 20
CHANNEL: Final = "yunke_domain"
WAKE: Final = "SELECT pg_notify('yunke_domain', '')"
HELD: Final = "another company has proven it, and its proof is still there"


def claim(*, name: str, by: Member, now: datetime) -> Domain:
    """Say that a domain is the current tenant's.

    Raises NotAllowed, Suspended, Invalid, DomainClaimed or TooManyDomains.
    """
    tenant = _check(by)
    plain = rules.check_name(name=name, own=frozenset({settings.YUNKE_TENANT_DOMAIN, *settings.YUNKE_PLATFORM_HOSTS}))
    with platform_context(), transaction.atomic():
        refuse_closed(tenant=Tenant.objects.select_for_update().get(id=tenant.id).ref)
        if Domain.objects.filter(tenant_id=tenant.id).count() >= MOST:
            raise TooManyDomains
        token = secrets.token_urlsafe(32)
        try:
            with transaction.atomic():
                row = Domain.objects.create(tenant_id=tenant.id, name=plain, token=token, claimed_at=now, next_at=now)
        except IntegrityError as error:
            raise DomainClaimed from error
        _note(row, who_is(caller=by), "domain.claimed", now)
        with connection.cursor() as cursor:
            cursor.execute(WAKE)
    return row


def remove(*, domain: UUID, by: Member, now: datetime) -> None:
    """Serve the tenant under this domain no more; raise NotAllowed or NotFound."""
    tenant = _check(by)
    row = get_domain(domain=domain)
    with platform_context(), transaction.atomic():
        Domain.objects.filter(id=row.id).delete()
        _note(row, who_is(caller=by), "domain.removed", now)
        say_tenant_changed(tenant=tenant)


def look(*, domain: UUID, by: Member, now: datetime) -> Domain:
    """Look for the proof now; raise NotAllowed or NotFound."""
    _check(by)
    check_domain(row=get_domain(domain=domain), now=now)
    return get_domain(domain=domain)


def check_due(*, now: datetime) -> int:
    """Look for the proofs of domains whose time has come; answer how many were looked at."""
    with platform_context():
        due = list(Domain.objects.filter(next_at__lte=now).order_by("next_at")[:AT_ONCE])
    for row in due:
        try:
            check_domain(row=row, now=now)
        except Exception:  # One domain's trouble must not keep the others; it is looked at again.
            logger.exception("domain.check_failed", domain=str(row.id))
            with platform_context():
                Domain.objects.filter(id=row.id).update(next_at=now + rules.FIRST_PAUSE)
    return len(due)


def check_domain(*, row: Domain, now: datetime) -> None:
    """Look for a proof and do what follows from what was found."""
    problem = find_proof(name=row.name, token=row.token)
    if problem:
        _write_failure(row.id, problem, now)
        return
    with platform_context():
        other = Domain.objects.filter(name=row.name, state=DomainState.VERIFIED).exclude(id=row.id).first()
    if other is not None and not find_proof(name=other.name, token=other.token):
        _write_failure(row.id, HELD, now)
        return
    _write_success(row.id, None if other is None else other.id, now)


def _write_success(domain: UUID, other: UUID | None, now: datetime) -> None:
    with platform_context(), transaction.atomic():
        ids = [one for one in (domain, other) if one]
        rows = {row.id: row for row in Domain.objects.select_for_update().filter(id__in=ids).order_by("id")}
        row, loser = rows.get(domain), rows.get(other) if other else None
        if row is None:
            return
        if loser is not None:
            _lose(loser, "another company has proven it", now)
        was, row.state = row.state, DomainState.VERIFIED
        row.failures, row.problem, row.checked_at = 0, "", now
        row.verified_at, row.next_at = row.verified_at or now, now + rules.LOOKED_AT_EVERY
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:  # a third one was quicker
            Domain.objects.filter(id=domain).update(next_at=now + rules.FIRST_PAUSE)
            return
        if was != DomainState.VERIFIED:
            _note(row, SYSTEM, "domain.verified", now)
            say_tenant_changed(tenant=row.tenant.ref)


def _write_failure(domain: UUID, problem: str, now: datetime) -> None:
    with platform_context(), transaction.atomic():
        row = Domain.objects.select_for_update().filter(id=domain).first()
        if row is None:
            return
        row.failures, row.problem, row.checked_at = row.failures + 1, problem[:200], now
        if row.state != DomainState.VERIFIED:
            row.next_at = rules.next_look(claimed_at=row.claimed_at, failures=row.failures, now=now)
            row.state = DomainState.PENDING if row.next_at else DomainState.FAILED
            row.save()
        elif row.failures >= rules.LOST_AFTER:
            _lose(row, problem, now)
        else:
            row.next_at = now + rules.LOOKED_AT_EVERY
            row.save()


def _lose(row: Domain, problem: str, now: datetime) -> None:
    """Serve the tenant under this domain no more."""
    row.state, row.problem, row.checked_at = DomainState.FAILED, problem[:200], now
    row.next_at = row.verified_at = None
    row.save()
    _note(row, SYSTEM, "domain.lost", now)
    say_tenant_changed(tenant=row.tenant.ref)


def _check(by: Member) -> TenantRef:
    if not by.may("tenant.manage"):
        raise NotAllowed
    return current_tenant()


def _note(row: Domain, who: Who, action: str, now: datetime) -> None:
    target = Target(kind="domain", id=str(row.id), label=row.name)
    note(tenant=row.tenant_id, who=who, action=action, target=target, now=now)
