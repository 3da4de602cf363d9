"""Signing a company up, and finishing what a killed process began."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from tenants.audit.noting import Target, Who, note
from tenants.confirming.letters import Letter, ask_to_confirm
from tenants.context import TenantRef, platform_context
from tenants.database.names import new_schema_name
from tenants.members.commands import find_person
from tenants.members.permissions import Role
from tenants.models import Head, Membership, Person, Tenant, TenantState
from tenants.provisioning import steps
from tenants.provisioning.ready import take_ready
from tenants.provisioning.slugs import take_slug
from tenants.provisioning.validation import refuse_invalid

log = structlog.get_logger(__name__)

ABANDONED_AFTER: Final = timedelta(seconds=30)


def sign_up(
    *,
    name: str,
    slug: str,
    email: str,
    password: str,
    now: datetime,
    letter: Letter | None = None,
    verified: bool = False,
) -> TenantRef:
    """Make a company with its owner and answer it when it is served.

    The owner is always a new person, who confirms the address by the mail that `letter` describes: so nothing here
    tells whether somebody has this address already. `verified` says that the caller vouches for it: the owner is who
    has proved it before, with their own password, or a new person who needs no mail.

    Raises Invalid or SlugTaken before anything is left behind. If this process dies in the middle, `resume_unfinished`
    goes on.
    """
    name, slug, email = name.strip(), slug.strip(), email.strip()
    refuse_invalid(name=name, slug=slug, email=email, password=password)
    _refuse_taken(slug)
    called = email.partition("@")[0] or name
    owner = Person(email=email, name=called, password=make_password(password), verified_at=now if verified else None)
    tenant = _reserve(owner=owner, tenant=Tenant(name=name, slug=slug, created_at=now), letter=letter, now=now)
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


def _refuse_taken(slug: str) -> None:
    with platform_context(), transaction.atomic():
        take_slug(slug=slug)


def _reserve(*, owner: Person, tenant: Tenant, letter: Letter | None, now: datetime) -> Tenant:
    """Take the slug and write down the owner: all of it or nothing."""
    with platform_context():
        try:
            with transaction.atomic():
                take_slug(slug=tenant.slug)
                return _write(owner, tenant, letter, now)
        except IntegrityError as error:
            _refuse_taken(tenant.slug)  # by another sign-up, between our look and our write
            raise error from None


def _write(owner: Person, tenant: Tenant, letter: Letter | None, now: datetime) -> Tenant:
    known = find_person(email=owner.email) if owner.verified_at else None
    if known is None:
        owner.save(force_insert=True)
    ready = take_ready()
    tenant.schema, tenant.state = (ready, TenantState.CLONED) if ready else (new_schema_name(), TenantState.RESERVED)
    tenant.confirmed_at = owner.verified_at
    tenant.save(force_insert=True)
    Membership.objects.create(tenant=tenant, person=known or owner, role=Role.OWNER.value)
    Head.objects.create(schema=tenant.schema, tenant=tenant.id)
    note(
        tenant=tenant.id,
        who=Who(kind="member", id=(known or owner).id, label=(known or owner).name),
        action="tenant.signed_up",
        target=Target(kind="tenant", id=str(tenant.id), label=tenant.slug),
        now=now,
    )
    if letter is not None:
        ask_to_confirm(tenant=tenant, person=owner, letter=letter, now=now)
    return tenant
