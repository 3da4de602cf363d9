"""Suspending a tenant and resuming it: what operators do. Reading goes on, nothing can be changed meanwhile."""

from datetime import datetime
from typing import Final

from django.db import transaction

from tenants.audit.noting import Target, Who, note
from tenants.context import TenantRef, platform_context
from tenants.models import Head, Tenant, TenantState
from tenants.ports import say_tenant_changed
from tenants.refusals import Invalid, NotFound
from tenants.text import is_storable

OPERATOR: Final = Who(kind="operator")
LONGEST_REASON: Final = 300


def suspend(*, slug: str, reason: str, now: datetime) -> TenantRef:
    """Let nothing change any more; `reason` is told to the company. Suspended again, it has the new reason.

    When this answers, the tenant's log takes nothing; other processes refuse earlier once they have heard of it.
    """
    said = " ".join(reason.split())
    if not said or len(said) > LONGEST_REASON or not is_storable(text=said):
        error = f"Say why, in at most {LONGEST_REASON} characters."
        raise Invalid(errors=[{"field": "reason", "code": "invalid", "detail": error}])
    return _change(slug=slug, reason=said, suspended_at=now, now=now)


def resume(*, slug: str, now: datetime) -> TenantRef:
    """Let things change again, unless the tenant is about to be deleted."""
    return _change(slug=slug, reason="", suspended_at=None, now=now)


def close_or_open(*, tenant: Tenant) -> None:
    """Write down what makes a tenant closed, its head with it; call it in the change's own transaction in public.

    It waits for whoever writes to the tenant's log just now: what they write is written before.
    """
    tenant.save(update_fields=["suspended_at", "suspended_reason", "deletion_asked_at", "delete_at"])
    Head.objects.filter(schema=tenant.schema).update(closed=tenant.ref.closed is not None)
    say_tenant_changed(tenant=tenant.ref)


def _change(*, slug: str, reason: str, suspended_at: datetime | None, now: datetime) -> TenantRef:
    with platform_context(), transaction.atomic():
        tenant = Tenant.objects.select_for_update().filter(slug=slug, state=TenantState.ACTIVE).first()
        if tenant is None:
            raise NotFound(detail=f"There is no company with the address {slug!r}.")
        before = tenant.suspended_reason
        tenant.suspended_at, tenant.suspended_reason = suspended_at, reason
        close_or_open(tenant=tenant)
        note(
            tenant=tenant.id,
            who=OPERATOR,
            action="tenant.suspended" if suspended_at else "tenant.resumed",
            target=Target(kind="tenant", id=str(tenant.id), label=tenant.slug),
            before={"reason": before},
            after={"reason": reason},
            now=now,
        )
    return tenant.ref
