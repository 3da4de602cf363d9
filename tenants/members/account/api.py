"""REST of one's own account: password and sessions. Who one is stands in /api/v1/me (tenants/members/api.py)."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.context import current_tenant
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.account import commands, guarding
from tenants.members.account.commands import WrongPassword
from tenants.members.account.queries import get_sessions
from tenants.members.authentication import get_member
from tenants.members.member import Member
from tenants.members.people.api import SessionsEnded
from tenants.models import Session
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.tries import TooManyTries

Password = Annotated[str, Meta(max_length=200)]


class PasswordBody(Body, frozen=True):
    """The password of now and the one from now on, which follows the rules of sign-up."""

    old: Password
    new: Password


class OwnSession(Answer, frozen=True):
    """One of one's own sessions here; `address` and `agent` are of when it was seen last, to about five minutes."""

    id: UUID
    is_current: bool
    address: str
    agent: str
    began_at: datetime
    seen_at: datetime


class OwnPassword(APIView):
    """`/api/v1/me/password`."""

    @describe(
        Described(
            body=PasswordBody,
            answers={204: None},
            refusals=(WrongPassword, TooManyTries),
            example={"old": "correct horse 9 battery", "new": "staple 7 correct horse"},
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Change one's password; all other sessions end, in every company, and their sockets close."""
        member, body = get_member(request=request), read_body(data=request.data, shape=PasswordBody)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        guarding.change_password(request=asked, member=member, old=body.old, new=body.new, now=datetime.now(UTC))
        return Response(status=204)


class OwnSessions(APIView):
    """`/api/v1/sessions`."""

    @describe(Described(answers={200: Listed[OwnSession]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List one's own sessions in this company, the newest first."""
        member, query = get_member(request=request), read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"sessions {member.person_id}")
        page = get_sessions(tenant=current_tenant(), member=member, window=window, now=datetime.now(UTC))
        results = [render_session(row, member) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(Described(answers={200: SessionsEnded}, while_closed=True))
    def delete(self, request: Request) -> Response:
        """End all of one's own sessions in this company but this one."""
        member = get_member(request=request)
        ended = commands.end_other_sessions(tenant=current_tenant(), member=member, now=datetime.now(UTC))
        return Response({"ended": ended})


class OneSession(APIView):
    """`/api/v1/sessions/{id}`."""

    @describe(Described(answers={204: None}, while_closed=True))
    def delete(self, request: Request, session: UUID) -> Response:
        """End one of one's own sessions, this one too."""
        member = get_member(request=request)
        commands.end_session(tenant=current_tenant(), member=member, session=session, now=datetime.now(UTC))
        if session == member.session:
            request._request.session.flush()  # noqa: SLF001 # DRF's own way down to Django's request
        return Response(status=204)


def render_session(row: Session, member: Member) -> dict[str, Any]:
    """Answer a session as its owner sees it."""
    return {
        "id": row.id,
        "is_current": row.id == member.session,
        "address": row.address,
        "agent": row.agent,
        "began_at": row.created_at,
        "seen_at": row.seen_at,
    }
