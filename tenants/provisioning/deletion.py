"""Deleting a tenant: asked for by its owner, put off for a while in which it can be taken back, then done for good."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from tenants import belongings
from tenants.audit.noting import Target, note, who_is
from tenants.context import TenantRef, current_tenant, platform_context
from tenants.database.roles import drop_schema
from tenants.exports.commands import drop_files
from tenants.mail.queueing import queue_mail
from tenants.members.account.commands import WrongPassword
from tenants.members.commands import password_is
from tenants.members.member import Member
from tenants.models import Membership, OldSlug, Person, Tenant, TenantState, Tombstone
from tenants.ports import drop_tenant_files, say_tenant_changed
from tenants.provisioning.refusals import DeletionAsked
from tenants.provisioning.slugs import digest_of
from tenants.provisioning.suspension import close_or_open
from tenants.refusals import NotAllowed, NotFound
from tenants.speaking import spoken_by
from tenants.tries import Tries

logger = structlog.get_logger(__name__)

GUESSES: Final = Tries(name="deletion", limit=5)
SLUG_KEPT_FOR: Final = timedelta(days=90)
TOLD_FOR: Final = timedelta(minutes=2)
# Whoever still reads its tables is waited for, but not by the whole worker: the next round tries again.
HURRY: Final = "SET LOCAL lock_timeout = '2s'"


def ask_for_deletion(*, by: Member, password: str, language: str, now: datetime) -> datetime:
    """Have the current tenant deleted after the grace period; answer when. Nothing can be changed until then.

    Raises NotAllowed, WrongPassword, TooManyTries, or DeletionAsked when it was asked for before.
    """
    tenant = _refuse_others(by)
    _check_password(by, password)
    delete_at = now + timedelta(days=settings.YUNKE_DELETION_GRACE_DAYS)
    with platform_context(), transaction.atomic():
        row = _lock(tenant)
        if row.delete_at is not None:
            raise DeletionAsked
        row.deletion_asked_at, row.delete_at = now, delete_at
        _tell(row, by, "tenant.deletion_asked", {"delete_at": delete_at.isoformat()}, language, now)
    return delete_at


def take_deletion_back(*, by: Member, language: str, now: datetime) -> None:
    """Go on as before; raise NotAllowed, or NotFound when nobody has asked for its deletion."""
    tenant = _refuse_others(by)
    with platform_context(), transaction.atomic():
        row = _lock(tenant)
        if row.delete_at is None:
            raise NotFound
        row.deletion_asked_at = row.delete_at = None
        _tell(row, by, "tenant.deletion_taken_back", {"delete_at": None}, language, now)


def delete_due(*, now: datetime) -> list[UUID]:
    """Delete every tenant whose time has come; answer those that are gone now. May be killed anywhere and run again."""
    with platform_context():
        due = list(Tenant.objects.filter(delete_at__lte=now).order_by("delete_at").values_list("id", flat=True))
    return [tenant_id for tenant_id in due if _deleted(tenant_id, now)]


def forget_addresses(*, now: datetime) -> None:
    """Give addresses free whose time has come; tell once more of those who are gone, should nobody have heard it."""
    with platform_context():
        OldSlug.objects.filter(until__lte=now).delete()
        Tombstone.objects.filter(slug_until__lte=now).update(slug_digest=None, slug_until=None)
        for stone in Tombstone.objects.filter(deleted_at__gt=now - TOLD_FOR):
            say_tenant_changed(tenant=TenantRef(id=stone.id, slug="", schema=stone.schema))


def _refuse_others(by: Member) -> TenantRef:
    if not by.may("tenant.manage"):
        raise NotAllowed
    return current_tenant()


def _check_password(by: Member, password: str) -> None:
    """Raise WrongPassword: a browser that was left open deletes nothing."""
    GUESSES.spend(key=str(by.person_id))
    with platform_context():
        person = Person.objects.filter(id=by.person_id).first()
        if not password_is(person=person, password=password):
            raise WrongPassword
    GUESSES.forget(key=str(by.person_id))


def _lock(tenant: TenantRef) -> Tenant:
    return Tenant.objects.select_for_update().get(id=tenant.id, state=TenantState.ACTIVE)


def _tell(row: Tenant, by: Member, action: str, after: dict[str, Any], language: str, now: datetime) -> None:
    """Write it down, for the audit too, and tell everybody who may take it back."""
    close_or_open(tenant=row)
    target = Target(kind="tenant", id=str(row.id), label=row.slug)
    note(tenant=row.id, who=who_is(caller=by), action=action, target=target, after=after, now=now)
    owners = Membership.objects.filter(tenant_id=row.id, role="owner", is_active=True, person__is_active=True)
    context = {"company": row.name, "by": by.name, "until": row.delete_at}
    for owner in owners.select_related("person").order_by("person__email"):
        queue_mail(
            to=owner.person.email,
            template=action.replace("tenant.", ""),
            context=context,
            language=spoken_by(person=owner.person, otherwise=language),
            now=now,
            tenant=row.id,
        )


def _deleted(tenant_id: UUID, now: datetime) -> bool:
    try:
        with platform_context():
            drop_files(tenant_id=tenant_id)
            for drop in drop_tenant_files:
                drop(tenant_id)
            return _delete(tenant_id, now)
    except Exception:  # One tenant's trouble must not keep the others; the next round tries again.
        logger.exception("deletion_failed", tenant=str(tenant_id))
        return False


def _delete(tenant_id: UUID, now: datetime) -> bool:
    """Everything in one transaction: the tenant is there whole, or its tombstone is all that is left."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HURRY)
        row = Tenant.objects.select_for_update().filter(id=tenant_id, delete_at__lte=now).first()
        if row is None:
            return False
        lonely = _find_lonely(tenant_id)
        drop_schema(cursor, schema=row.schema)
        _leave_tombstone(row, now)
        _delete_rows(cursor, tenant_id)
        Person.objects.filter(id__in=lonely).delete()
        say_tenant_changed(tenant=row.ref)
    return True


def _find_lonely(tenant_id: UUID) -> list[UUID]:
    """Answer the people who are members here and nowhere else."""
    here = Membership.objects.filter(tenant_id=tenant_id).values("person_id")
    elsewhere = Membership.objects.exclude(tenant_id=tenant_id).values("person_id")
    return list(Person.objects.filter(id__in=here).exclude(id__in=elsewhere).values_list("id", flat=True))


def _leave_tombstone(row: Tenant, now: datetime) -> None:
    known = row.confirmed_at is not None  # else nobody ever was at this address: it is free at once
    Tombstone.objects.create(
        id=row.id,
        schema=row.schema,
        slug_digest=digest_of(slug=row.slug) if known else None,
        slug_until=now + SLUG_KEPT_FOR if known else None,
        created_at=row.created_at,
        deleted_at=now,
    )


def _delete_rows(cursor: Any, tenant_id: UUID) -> None:
    for name, table in belongings.TABLES.items():
        if table.rows is not None and not table.kept:
            cursor.execute(f"DELETE FROM public.{name} WHERE {table.rows}", {"tenant": tenant_id})  # noqa: S608 # our own list
