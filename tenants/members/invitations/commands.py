"""Inviting: an address, a role, seven days. What is answered is the same whoever has the address elsewhere."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Lower

from tenants.audit.noting import Target, note, who_is
from tenants.closing import refuse_closed
from tenants.confirming.commands import refuse_unconfirmed
from tenants.confirming.refusals import Unconfirmed
from tenants.context import TenantRef, platform_context
from tenants.mail.queueing import queue_mail
from tenants.members.codes import hash_code, new_code
from tenants.members.invitations.queries import role_of, status_of
from tenants.members.invitations.refusals import (
    AlreadyInvited,
    InvitationClosed,
    SentJustNow,
    TooManyInvitations,
)
from tenants.members.member import Member
from tenants.members.models import Invitation
from tenants.members.people.queries import lock_people
from tenants.members.refusals import AlreadyMember
from tenants.members.roles.queries import RoleFound, get_role
from tenants.members.rules import check_manager, check_reach
from tenants.models import Membership, Person
from tenants.provisioning.validation import email_errors
from tenants.refusals import Invalid, NotFound
from tenants.text import is_storable

LASTS: Final = timedelta(days=7)
AN_HOUR: Final = 100
PAUSE: Final = timedelta(minutes=1)


def invite(
    *, tenant: TenantRef, company: str, email: str, role: str, language: str, site: str, by: Member, now: datetime
) -> Invitation:
    """Invite an address by mail; `site` is the tenant's own address, to which the link leads.

    Raises NotAllowed, Unconfirmed, Invalid, OwnersOnly, BeyondYours, AlreadyMember, AlreadyInvited or
    TooManyInvitations.
    """
    check_manager(by=by)
    refuse_closed(tenant=tenant)
    email = _check_address(email)
    code = new_code()
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        inviter, found = _get_inviter(tenant, by), get_role(tenant=tenant.id, key=role)
        check_reach(by=by, role=found.key, permissions=found.permissions)
        _make_room(tenant.id, email, now)
        row = Invitation(
            tenant_id=tenant.id,
            email=email,
            code=hash_code(code=code),
            language=language,
            invited_by=inviter,
            invited_at=now,
            sent_at=now,
            expires_at=now + LASTS,
            **found.stored,
        )
        row.save(force_insert=True)
        _send(row, tenant, company=company, code=code, site=site, by=by, now=now)
        _note(tenant, by, "member.invited", row, found, now)
    return row


def send_again(
    *, tenant: TenantRef, company: str, invitation: UUID, site: str, by: Member, now: datetime
) -> Invitation:
    """Send a new link, which lasts as long as the first did; the one before opens nothing any more.

    Raises NotAllowed, Unconfirmed, NotFound, InvitationClosed, SentJustNow, OwnersOnly or BeyondYours.
    """
    check_manager(by=by)
    refuse_closed(tenant=tenant)
    code = new_code()
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        inviter, row = _get_inviter(tenant, by), _get(tenant, invitation)
        found = role_of(row)
        if found is None or status_of(row, now=now) in {"accepted", "withdrawn"}:
            raise InvitationClosed
        check_reach(by=by, role=found.key, permissions=found.permissions)
        if row.sent_at > now - PAUSE:
            raise SentJustNow
        row.code, row.sent_at, row.expires_at, row.invited_by = hash_code(code=code), now, now + LASTS, inviter
        row.save(update_fields=["code", "sent_at", "expires_at", "invited_by"])
        _send(row, tenant, company=company, code=code, site=site, by=by, now=now)
        _note(tenant, by, "member.invited_again", row, found, now)
    return row


def withdraw(*, tenant: TenantRef, invitation: UUID, by: Member, now: datetime) -> None:
    """Let nobody in with it any more; one that is withdrawn stays so. Raises NotAllowed, NotFound, InvitationClosed."""
    check_manager(by=by)
    with platform_context(), transaction.atomic():
        by = lock_people(tenant=tenant, by=by)
        row = _get(tenant, invitation)
        if row.accepted_at is not None:
            raise InvitationClosed
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            row.save(update_fields=["withdrawn_at"])
            _note(tenant, by, "member.uninvited", row, role_of(row), now)


def _check_address(email: str) -> str:
    email = email.strip()
    errors = email_errors(email=email)
    if not errors and not is_storable(text=email):
        errors = [{"field": "email", "code": "shape", "detail": "Enter an e-mail address."}]
    if errors:
        raise Invalid(errors=errors)
    return email


def _get_inviter(tenant: TenantRef, by: Member) -> Person:
    person = Person.objects.get(id=by.person_id)
    refuse_unconfirmed(tenant=tenant)
    if person.verified_at is None:
        raise Unconfirmed
    return person


def _make_room(tenant: UUID, email: str, now: datetime) -> None:
    """Refuse who is here or invited already; put away an invitation of theirs that has expired."""
    of_address: dict[str, Any] = {"address": email.lower()}
    members = Membership.objects.annotate(address=Lower("person__email")).filter(tenant=tenant, **of_address)
    if members.exists():
        raise AlreadyMember
    rows = Invitation.objects.filter(tenant=tenant)
    waiting = rows.annotate(address=Lower("email")).filter(accepted_at=None, withdrawn_at=None, **of_address)
    if waiting.filter(expires_at__gt=now).exists():
        raise AlreadyInvited
    waiting.update(withdrawn_at=now)
    if rows.filter(invited_at__gt=now - timedelta(hours=1)).count() >= AN_HOUR:
        raise TooManyInvitations


def _get(tenant: TenantRef, invitation: UUID) -> Invitation:
    row = Invitation.objects.select_related("own_role").filter(tenant=tenant.id, id=invitation).first()
    if row is None:
        raise NotFound
    return row


def _send(row: Invitation, tenant: TenantRef, *, company: str, code: str, site: str, by: Member, now: datetime) -> None:
    context = {
        "company": company,
        "inviter": by.name,
        "link": f"{site}/invitation#{code}",
        "page": f"{site}/invitation",
    }
    context["code"] = code
    queue_mail(to=row.email, template="invitation", context=context, language=row.language, now=now, tenant=tenant.id)


def _note(tenant: TenantRef, by: Member, action: str, row: Invitation, role: RoleFound | None, now: datetime) -> None:
    target = Target(kind="invitation", id=str(row.id), label=row.email)
    after = {"role": role.key} if role else None
    note(tenant=tenant.id, who=who_is(caller=by), action=action, target=target, now=now, after=after)
