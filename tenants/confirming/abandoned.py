"""What becomes of companies whose owner never confirms: two reminders, then they are removed. Chores of the worker.

Each company is one transaction under its row's lock, so that several workers send no mail twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tenants.audit.noting import SYSTEM, Target, note
from tenants.confirming.letters import Letter, ask_to_confirm
from tenants.confirming.models import Confirmation
from tenants.confirming.proving import mark_confirmed
from tenants.context import platform_context
from tenants.models import Membership, Tenant, TenantState
from tenants.provisioning.suspension import close_or_open

AT_ONCE: Final = 50
# How long after the sign-up the mail is sent again, the first and the second time.
REMINDERS: Final = (timedelta(days=1), timedelta(days=6))

_PROVED: Final = Membership.objects.filter(
    tenant=OuterRef("pk"), is_active=True, person__is_active=True, person__verified_at__isnull=False
)


def confirm_proved(*, now: datetime) -> None:
    """Mark as confirmed whose people have proved their address by other ways than our code: a reset, an invitation."""
    _each(_unconfirmed().filter(Exists(_PROVED)), lambda tenant: mark_confirmed(tenant=tenant, now=now))


def remind(*, now: datetime) -> None:
    """Send the mail again where a reminder is due; of two that became due meanwhile only the later one."""
    within = timedelta(days=settings.YUNKE_CONFIRM_WITHIN_DAYS)
    for number, after in reversed(list(enumerate(REMINDERS, start=1))):
        due = _unconfirmed().filter(reminders__lt=number, created_at__lte=now - after, created_at__gt=now - within)
        _each(due, lambda tenant, number=number: _remind(tenant, number, within, now))  # type: ignore[misc] # mypy sees no default here


def remove_abandoned(*, now: datetime) -> None:
    """Have those deleted whose time to confirm is over: closed from now on, gone with the next round of deletions."""
    within = timedelta(days=settings.YUNKE_CONFIRM_WITHIN_DAYS)
    over = _unconfirmed().filter(created_at__lte=now - within, delete_at=None).exclude(Exists(_PROVED))
    _each(over, lambda tenant: _abandon(tenant, now))


def _abandon(tenant: Tenant, now: datetime) -> None:
    tenant.deletion_asked_at = tenant.delete_at = now
    close_or_open(tenant=tenant)
    target = Target(kind="tenant", id=str(tenant.id), label=tenant.slug)
    note(tenant=tenant.id, who=SYSTEM, action="tenant.abandoned", target=target, now=now)


def _remind(tenant: Tenant, number: int, within: timedelta, now: datetime) -> None:
    Tenant.objects.filter(id=tenant.id).update(reminders=number)
    last = Confirmation.objects.select_related("person").filter(tenant=tenant).order_by("-sent_at").first()
    if last is not None:  # one that was signed up without a mail has nobody to be reminded
        letter = Letter(origin=last.origin, language=last.language)
        ask_to_confirm(tenant=tenant, person=last.person, letter=letter, now=now, removed_at=tenant.created_at + within)


def _unconfirmed() -> QuerySet[Tenant]:
    return Tenant.objects.filter(confirmed_at=None, state=TenantState.ACTIVE)


def _each(tenants: QuerySet[Tenant], do: Callable[[Tenant], None]) -> None:
    with platform_context():
        for tenant_id in list(tenants.order_by("created_at").values_list("id", flat=True)[:AT_ONCE]):
            with transaction.atomic():
                locked = tenants.select_for_update(skip_locked=True, of=("self",)).filter(id=tenant_id).first()
                if locked is not None:
                    do(locked)
