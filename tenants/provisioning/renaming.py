"""Giving a company another name or another address. The old address leads to the new one for a year."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from tenants.audit.noting import Target, note, who_is
from tenants.closing import refuse_closed
from tenants.context import TenantRef, current_tenant, platform_context
from tenants.members.member import Member
from tenants.models import OldSlug, Tenant, TenantState
from tenants.ports import say_tenant_changed
from tenants.provisioning.refusals import TooManyAddresses
from tenants.provisioning.slugs import take_slug
from tenants.provisioning.validation import refuse_invalid_company
from tenants.refusals import NotAllowed

KEPT_FOR: Final = timedelta(days=365)
MOST: Final = 5


def change_company(*, by: Member, now: datetime, name: str | None = None, slug: str | None = None) -> TenantRef:
    """Change what the current tenant is called, or its address; raise NotAllowed, Suspended, Invalid, SlugTaken.

    A tenant may go back to an address that it had. More than MOST old ones are refused by TooManyAddresses.
    """
    if not by.may("tenant.manage"):
        raise NotAllowed
    tenant = current_tenant()
    with platform_context(), transaction.atomic():
        row = Tenant.objects.select_for_update().get(id=tenant.id, state=TenantState.ACTIVE)
        refuse_closed(tenant=row.ref)
        before = {"name": row.name, "slug": row.slug}
        row.name = row.name if name is None else name.strip()
        wanted = row.slug if slug is None else slug.strip()
        refuse_invalid_company(name=row.name, slug=wanted)
        if wanted != row.slug:
            _move(row, wanted, now)
        row.save(update_fields=["name", "slug"])
        after = {"name": row.name, "slug": row.slug}
        if after != before:
            target = Target(kind="tenant", id=str(row.id), label=row.slug)
            who = who_is(caller=by)
            note(tenant=row.id, who=who, action="tenant.renamed", target=target, before=before, after=after, now=now)
        say_tenant_changed(tenant=row.ref)
    return row.ref


def _move(row: Tenant, slug: str, now: datetime) -> None:
    take_slug(slug=slug, own=row.id)
    old = OldSlug.objects.filter(tenant=row)
    old.filter(slug=slug).delete()
    if old.count() >= MOST:
        raise TooManyAddresses
    OldSlug.objects.create(slug=row.slug, tenant=row, until=now + KEPT_FOR)
    row.slug = slug
