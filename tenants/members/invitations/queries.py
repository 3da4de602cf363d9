"""Reading invitations."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from tenants.context import TenantRef, platform_context
from tenants.members.invitations.refusals import (
    InvitationAccepted,
    InvitationExpired,
    InvitationUnknown,
    InvitationWithdrawn,
)
from tenants.members.models import Invitation
from tenants.members.roles.queries import RoleFound, role_in
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound

Status = Literal["open", "accepted", "withdrawn", "expired"]


def status_of(invitation: Invitation, *, now: datetime) -> Status:
    """Answer what has become of it."""
    if invitation.accepted_at is not None:
        return "accepted"
    if invitation.withdrawn_at is not None:
        return "withdrawn"
    return "open" if invitation.expires_at > now else "expired"


def role_of(invitation: Invitation) -> RoleFound | None:
    """Answer the role that it gives; None where the tenant has removed that role since."""
    return role_in(role=invitation.role, own=invitation.own_role)


def get_page(*, tenant: TenantRef, status: Status | None, window: Window, now: datetime) -> Page[Invitation]:
    """Answer a page of invitations, the newest first."""
    with platform_context():
        rows = _rows(tenant.id).filter(_with(status, now))
        found = list(cut(rows=rows, fields=("id",), descending=True, window=window))
    return turn(rows=found, window=window, key=lambda row: (row.id,))


def get_invitation(*, tenant: TenantRef, invitation: UUID) -> Invitation:
    """Answer one, open or not; raise NotFound."""
    with platform_context():
        row = _rows(tenant.id).filter(id=invitation).first()
    if row is None:
        raise NotFound
    return row


def get_open(*, tenant: TenantRef, code: str, now: datetime, lock: bool = False) -> Invitation:
    """Answer the open invitation with this code, as it is stored; else raise why it cannot be accepted.

    Raises InvitationUnknown, -Accepted, -Withdrawn or -Expired. Call it in platform_context.
    """
    rows = _rows(tenant.id)
    rows = rows.select_for_update(of=("self",)) if lock else rows
    found = rows.filter(code=code).first()
    if found is None:
        raise InvitationUnknown
    match status_of(found, now=now):
        case "accepted":
            raise InvitationAccepted
        case "withdrawn":
            raise InvitationWithdrawn
        case "expired":
            raise InvitationExpired
    return found


def _rows(tenant: UUID) -> QuerySet[Invitation]:
    return Invitation.objects.select_related("own_role", "invited_by").filter(tenant=tenant)


def _with(status: Status | None, now: datetime) -> Q:
    unended = Q(accepted_at=None, withdrawn_at=None)
    match status:
        case "accepted":
            return Q(accepted_at__isnull=False)
        case "withdrawn":
            return Q(withdrawn_at__isnull=False)
        case "open":
            return unended & Q(expires_at__gt=now)
        case "expired":
            return unended & Q(expires_at__lte=now)
    return Q()
