"""Asking for a reset, answering it by mail, and using it.

Asking writes one row, whatever the address is, so that neither the answer nor its time tells who is known. The worker
looks, and writes to whoever has proved to be a member's address, or has not yet.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from tenants.audit.noting import Target, Who, note
from tenants.confirming.proving import prove_address
from tenants.context import TenantRef, platform_context
from tenants.factors.queries import has_factor
from tenants.mail.queueing import queue_mail
from tenants.members.codes import hash_code, new_code
from tenants.members.commands import find_member_person
from tenants.members.ending import end_sessions
from tenants.members.models import Reset
from tenants.members.proof import Proof, Verdict, Way, judge
from tenants.members.queries import find_membership, house_of
from tenants.models import Person, Tenant
from tenants.provisioning.validation import password_errors
from tenants.queries import get_tenant_name
from tenants.refusals import Invalid, Refusal
from tenants.speaking import spoken_by
from tenants.text import is_storable

LASTS: Final = timedelta(hours=1)
KEPT_FOR: Final = timedelta(days=1)
AN_HOUR: Final = 3
AT_ONCE: Final = 50


class ResetSpent(Refusal):
    """This link is used or too old; ask for a new one."""

    code = "reset_spent"
    status = 410


def ask_reset(*, tenant: TenantRef, email: str, site: str, language: str, now: datetime) -> None:
    """Note that somebody has forgotten the password of an address; `site` is the tenant's address, for the link."""
    kept = email.strip()[: Person.EMAIL_LENGTH] if is_storable(text=email) else ""
    with platform_context():
        Reset.objects.create(tenant_id=tenant.id, email=kept, host=site[:300], language=language, asked_at=now)


def answer_resets(*, now: datetime) -> None:
    """Write to those who have asked. Several processes may do so at once; each row is answered once."""
    with platform_context():
        for _ in range(AT_ONCE):
            with transaction.atomic():
                waiting = Reset.objects.select_related("tenant").filter(person=None).order_by("asked_at")
                row = waiting.select_for_update(skip_locked=True, of=("self",)).first()
                if row is None:
                    return
                _answer(row, now)


def forget_resets(*, now: datetime) -> None:
    """Delete those of yesterday."""
    with platform_context():
        Reset.objects.filter(asked_at__lt=now - KEPT_FOR).delete()


def use_reset(*, tenant: TenantRef, code: str, password: str, now: datetime) -> None:
    """Set a new password and end all sessions of the person, everywhere. Raises ResetSpent or Invalid.

    Who shows the code reads the mails of the address: it is proved, and if somebody has proved it before, they are the
    one whose password this is from now on.
    """
    with platform_context():
        person = _get_live(tenant, code, now).person
        errors = password_errors(password=password, email=person.email, name=person.name) if person else []
        if errors:
            raise Invalid(errors=errors)
        hashed = make_password(password)  # outside of the transaction: it takes a while
        with transaction.atomic():
            row = _get_live(tenant, code, now, lock=True)
            row.used_at = now
            row.save(update_fields=["used_at"])
    if row.person is not None:
        _set(_prove(row.person, now), hashed, tenant, now)


def close_resets(*, person: Person, now: datetime) -> None:
    """Let no code of theirs open anything any more. Call it in platform_context."""
    Reset.objects.filter(person=person, used_at=None).update(used_at=now)


def _answer(row: Reset, now: datetime) -> None:
    tenant = row.tenant.ref
    person = find_member_person(tenant=tenant, email=row.email) if row.email else None
    lately = Reset.objects.filter(tenant=row.tenant, person=person, asked_at__gt=now - timedelta(hours=1))
    if person is None or not person.is_active or lately.count() >= AN_HOUR:
        row.delete()
        return
    if _has_no_password_here(row.tenant, person):
        context = {"company": get_tenant_name(tenant=tenant), "name": person.name, "page": f"{row.host}/sign-in"}
        _write(row, person, "reset_by_provider", context, now)
        row.delete()
        return
    code = new_code()
    row.person, row.code, row.expires_at = person, hash_code(code=code), now + LASTS
    row.save(update_fields=["person", "code", "expires_at"])
    company = get_tenant_name(tenant=tenant)
    context = {"company": company, "name": person.name, "link": f"{row.host}/reset#{code}"}
    context |= {"page": f"{row.host}/reset", "code": code}
    _write(row, person, "reset", context, now)


def _has_no_password_here(tenant: Tenant, person: Person) -> bool:
    """Tell whether the company signs this person in by its provider only. Asked here, so that only a mail tells it."""
    membership = find_membership(tenant=tenant.ref, person_id=person.id)
    if membership is None:
        return False
    factor, proof = has_factor(person_id=person.id), Proof(way=Way.PASSWORD)
    verdict = judge(proof=proof, tenant=tenant.id, house=house_of(tenant), role=membership.role, has_factor=factor)
    return verdict is Verdict.SSO_ONLY


def _write(row: Reset, person: Person, template: str, context: dict[str, str], now: datetime) -> None:
    language, tenant = spoken_by(person=person, otherwise=row.language), row.tenant.id
    queue_mail(to=person.email, template=template, context=context, language=language, now=now, tenant=tenant)


def _get_live(tenant: TenantRef, code: str, now: datetime, *, lock: bool = False) -> Reset:
    rows = Reset.objects.select_related("person").filter(tenant=tenant.id, used_at=None, expires_at__gt=now)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row = rows.filter(code=hash_code(code=code)).first()
    if row is None:
        raise ResetSpent
    return row


def _prove(person: Person, now: datetime) -> UUID:
    return person.id if person.verified_at else prove_address(person_id=person.id, now=now)


def _set(person_id: UUID, hashed: str, tenant: TenantRef, now: datetime) -> None:
    with platform_context(), transaction.atomic():
        person = Person.objects.select_for_update().get(id=person_id)
        person.password = hashed
        person.save(update_fields=["password"])
        close_resets(person=person, now=now)
        who = Who(kind="member", id=person.id, label=person.name)
        target = Target(kind="person", id=str(person.id), label=person.name)
        note(tenant=tenant.id, who=who, action="password.changed", target=target, now=now, after={"way": "reset"})
        end_sessions(person=person.id, who=who, why="password_changed", now=now)
