"""REST of invitations, for members who manage members. They are accepted on a page, by whoever reads the mail."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils import translation
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, Nothing, read_body
from tenants.confirming.refusals import Unconfirmed
from tenants.context import current_tenant
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.members.invitations import commands
from tenants.members.invitations.queries import Status, get_invitation, get_page, role_of, status_of
from tenants.members.invitations.refusals import (
    AlreadyInvited,
    InvitationClosed,
    SentJustNow,
    TooManyInvitations,
)
from tenants.members.models import Invitation
from tenants.members.refusals import AlreadyMember
from tenants.members.rules import BeyondYours, OwnersOnly, check_manager
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.provisioning.addresses import url_of
from tenants.queries import get_tenant_name


class InvitationBody(Body, frozen=True):
    """Whom to invite as what. The mail is in `language`, or in the one of the request."""

    email: Annotated[str, Meta(min_length=1, max_length=254)]
    role: Annotated[str, Meta(min_length=1, max_length=40)]
    language: Literal["en", "zh-hans"] | UnsetType = UNSET


class InvitationsQuery(PageQuery, frozen=True):
    """Which invitations; the newest first."""

    status: Status | UnsetType = UNSET


class InvitationShown(Answer, frozen=True):
    """An invitation. `role` is null where that role has been removed since, `invited_by` where that person has.

    An open one lets nobody in while whoever invited is no member any more, or may not give that role any more: send it
    again, which puts whoever does in their place.
    """

    id: UUID
    email: str
    role: str | None
    status: Status
    invited_by: UUID | None
    invited_at: datetime
    sent_at: datetime
    expires_at: datetime


class Invitations(APIView):
    """`/api/v1/invitations`."""

    @describe(Described(answers={200: Listed[InvitationShown]}, query=InvitationsQuery))
    def get(self, request: Request) -> Response:
        """List invitations, ended ones too."""
        check_manager(by=get_member(request=request))
        now, query = datetime.now(UTC), read_query(request=request, shape=InvitationsQuery)
        status = None if isinstance(query.status, UnsetType) else query.status
        window = open_window(query=query, name="invitations")
        page = get_page(tenant=current_tenant(), status=status, window=window, now=now)
        results = [render_invitation(row, now=now) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=InvitationBody,
            answers={201: InvitationShown},
            refusals=(OwnersOnly, BeyondYours, Unconfirmed, AlreadyMember, AlreadyInvited, TooManyInvitations),
            example={"email": "grace@acme.example", "role": "agent"},
        )
    )
    def post(self, request: Request) -> Response:
        """Invite somebody by mail."""
        by, body = get_member(request=request), read_body(data=request.data, shape=InvitationBody)
        tenant, now = current_tenant(), datetime.now(UTC)
        spoken = translation.get_language() or "en"
        row = commands.invite(
            tenant=tenant,
            company=get_tenant_name(tenant=tenant),
            email=body.email,
            role=body.role,
            language=spoken if isinstance(body.language, UnsetType) else body.language,
            site=url_of(tenant=tenant, request=request._request),  # noqa: SLF001 # DRF's own way down to Django's request
            by=by,
            now=now,
        )
        return Response(render_invitation(row, now=now), status=201)


class OneInvitation(APIView):
    """`/api/v1/invitations/{id}`."""

    @describe(Described(answers={200: InvitationShown}))
    def get(self, request: Request, invitation: UUID) -> Response:
        """Show an invitation."""
        check_manager(by=get_member(request=request))
        row = get_invitation(tenant=current_tenant(), invitation=invitation)
        return Response(render_invitation(row, now=datetime.now(UTC)))

    @describe(Described(answers={204: None}, refusals=(InvitationClosed,), while_closed=True))
    def delete(self, request: Request, invitation: UUID) -> Response:
        """Withdraw an invitation; it stays listed."""
        by = get_member(request=request)
        commands.withdraw(tenant=current_tenant(), invitation=invitation, by=by, now=datetime.now(UTC))
        return Response(status=204)


class Resend(APIView):
    """`/api/v1/invitations/{id}/resend`."""

    @describe(
        Described(
            body=Nothing,
            answers={200: InvitationShown},
            refusals=(OwnersOnly, BeyondYours, Unconfirmed, InvitationClosed, SentJustNow),
        )
    )
    def post(self, request: Request, invitation: UUID) -> Response:
        """Send an invitation again with a new link, for seven more days."""
        read_body(data=request.data, shape=Nothing)
        by, tenant, now = get_member(request=request), current_tenant(), datetime.now(UTC)
        row = commands.send_again(
            tenant=tenant,
            company=get_tenant_name(tenant=tenant),
            invitation=invitation,
            site=url_of(tenant=tenant, request=request._request),  # noqa: SLF001 # DRF's own way down to Django's request
            by=by,
            now=now,
        )
        return Response(render_invitation(row, now=now))


def render_invitation(row: Invitation, *, now: datetime) -> dict[str, Any]:
    """Answer an invitation as the API shows it."""
    role = role_of(row)
    return {
        "id": row.id,
        "email": row.email,
        "role": role.key if role else None,
        "status": status_of(row, now=now),
        "invited_by": row.invited_by_id,
        "invited_at": row.invited_at,
        "sent_at": row.sent_at,
        "expires_at": row.expires_at,
    }
