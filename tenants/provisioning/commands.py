"""Signing a company up, and finishing what a killed process began."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tenants.context import TenantRef, platform_context
from tenants.database.names import new_schema_name
from tenants.members.commands import find_person, password_is
from tenants.members.permissions import Role
from tenants.models import Head, Membership, Person, Tenant, TenantState
from tenants.provisioning import steps
from tenants.provisioning.ready import take_ready
from tenants.provisioning.refusals import CredentialsRefused, SlugTaken
from tenants.provisioning.validation import refuse_invalid

log = structlog.get_logger(__name__)

ABANDONED_AFTER: Final = timedelta(seconds=30)


def sign_up(*, name: str, slug: str, email: str, password: str, now: datetime) -> TenantRef:
    """Make a company with its owner and answer it when it is served.

    Raises Invalid, SlugTaken, CredentialsRefused before anything is left behind. If this process dies in the middle,
    `resume_unfinished` goes on.
    """
    name, slug, email = name.strip(), slug.strip(), email.strip()
    refuse_invalid(name=name, slug=slug, email=email, password=password)
    tenant = _reserve(name=name, slug=slug, email=email, password=password, now=now)
    steps.advance(tenant_id=tenant.id)
    return tenant.ref


def resume_unfinished(*, now: datetime) -> list[UUID]:
    """Finish every tenant that stopped on its way more than 30 s ago; answer those that are active now."""
    with platform_context():
        unfinished = Tenant.objects.exclude(state=TenantState.ACTIVE).filter(created_at__lt=now - ABANDONED_AFTER)
        waiting = list(unfinished.order_by("created_at").values_list("id", flat=True))
    return [tenant_id for tenant_id in waiting if _resumed(tenant_id)]


def _resumed(tenant_id: UUID) -> bool:
    try:
        steps.advance(tenant_id=tenant_id)
    except Exception:  # One tenant's trouble must not keep the others waiting; the next round tries again.
        log.exception("provisioning_failed", tenant=str(tenant_id))
        return False
    return True


def _reserve(*, name: str, slug: str, email: str, password: str, now: datetime) -> Tenant:
    """Take the slug and write down the owner: all of it or nothing."""
    with platform_context():
        owner = _owner(email=email, password=password, name=name, now=now)
        if Tenant.objects.filter(slug=slug).exists():
            raise SlugTaken
        try:
            with transaction.atomic():
                return _write(owner, Tenant(name=name, slug=slug, created_at=now))
        except IntegrityError as error:
            raise _raced(slug) from error


def _owner(*, email: str, password: str, name: str, now: datetime) -> Person:
    """Answer the person who proves to be the owner of the address, or a new one. Either way one password is hashed."""
    person = find_person(email=email)
    if person is None:
        called = email.partition("@")[0] or name
        return Person(email=email, name=called, password=make_password(password), verified_at=now)
    if not password_is(person=person, password=password):
        raise CredentialsRefused
    return person


def _write(owner: Person, tenant: Tenant) -> Tenant:
    if owner._state.adding:
        owner.save(force_insert=True)
    ready = take_ready()
    tenant.schema, tenant.state = (ready, TenantState.CLONED) if ready else (new_schema_name(), TenantState.RESERVED)
    tenant.save(force_insert=True)
    Membership.objects.create(tenant=tenant, person=owner, role=Role.OWNER.value)
    Head.objects.create(schema=tenant.schema, tenant=tenant.id)
    return tenant


def _raced(slug: str) -> SlugTaken | CredentialsRefused:
    """Say which of slug and address another sign-up took between our look and our write."""
    return SlugTaken() if Tenant.objects.filter(slug=slug).exists() else CredentialsRefused()
