"""REST of members. A member is named by the id of the person, as everywhere in the service."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.context import current_tenant
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_caller, get_member
from tenants.members.bearer import KeyBearer
from tenants.members.people import commands
from tenants.members.people.queries import Filters, Order, find_row, get_page, role_key
from tenants.members.permissions import PERSONAL_READ
from tenants.members.rules import BeyondYours, LastOwner, LastWayBack, OwnersOnly
from tenants.models import Membership
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, Suspended

RoleKey = Annotated[str, Meta(min_length=1, max_length=40)]


class MemberShown(Answer, frozen=True):
    """A member; who is not active cannot sign in here. Keys see name and address with `personal:read` only."""

    id: UUID
    name: str | None
    email: str | None
    role: str
    is_active: bool
    joined_at: datetime


class MembersQuery(PageQuery, frozen=True):
    """Which members, in which order: by default all of them by name."""

    role: RoleKey | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    order: Order = "name"


class MemberBody(Body, frozen=True):
    """What changes; what is not named stays."""

    role: RoleKey | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class SessionsEnded(Answer, frozen=True):
    """How many sessions have been ended."""

    ended: int


class Members(APIView):
    """`/api/v1/members`. Nobody is made a member here: people are invited."""

    @describe(Described(answers={200: Listed[MemberShown]}, query=MembersQuery, scopes=("members.view",)))
    def get(self, request: Request) -> Response:
        """List the members."""
        personal = _sees_personal(request)
        query = read_query(request=request, shape=MembersQuery)
        window = open_window(query=query, name="members")
        page = get_page(tenant=current_tenant(), filters=_filters(query), window=window, order=query.order)
        results = [render_member(row, personal=personal) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class OneMember(APIView):
    """`/api/v1/members/{id}`."""

    @describe(Described(answers={200: MemberShown}, scopes=("members.view",)))
    def get(self, request: Request, person: UUID) -> Response:
        """Show a member."""
        personal = _sees_personal(request)
        return Response(render_member(find_row(tenant=current_tenant(), person=person), personal=personal))

    @describe(
        Described(
            body=MemberBody,
            answers={200: MemberShown},
            refusals=(OwnersOnly, BeyondYours, LastOwner, LastWayBack, Suspended),
            example={"role": "supervisor"},
            while_closed=True,
        )
    )
    def patch(self, request: Request, person: UUID) -> Response:
        """Give a member another role, or let them in no more or again.

        A closed company can let people in no more, nothing else.
        """
        by, body = get_member(request=request), read_body(data=request.data, shape=MemberBody)
        row = commands.change_member(
            tenant=current_tenant(),
            person=person,
            by=by,
            now=datetime.now(UTC),
            role=None if isinstance(body.role, UnsetType) else body.role,
            is_active=None if isinstance(body.is_active, UnsetType) else body.is_active,
        )
        return Response(render_member(row, personal=True))

    @describe(
        Described(answers={204: None}, refusals=(OwnersOnly, BeyondYours, LastOwner, LastWayBack), while_closed=True)
    )
    def delete(self, request: Request, person: UUID) -> Response:
        """End a membership, one's own or somebody else's."""
        by = get_member(request=request)
        commands.remove_member(tenant=current_tenant(), person=person, by=by, now=datetime.now(UTC))
        return Response(status=204)


class MemberSessions(APIView):
    """`/api/v1/members/{id}/sessions`."""

    @describe(Described(answers={200: SessionsEnded}, refusals=(OwnersOnly, BeyondYours), while_closed=True))
    def delete(self, request: Request, person: UUID) -> Response:
        """End all sessions that a member has here; their sockets close within five seconds."""
        by, now = get_member(request=request), datetime.now(UTC)
        ended = commands.end_member_sessions(tenant=current_tenant(), person=person, by=by, now=now)
        return Response({"ended": ended})


def render_member(row: Membership, *, personal: bool) -> dict[str, Any]:
    """Answer a member as the API shows them; without `personal` name and address are null."""
    return {
        "id": row.person_id,
        "name": row.person.name if personal else None,
        "email": row.person.email if personal else None,
        "role": role_key(row),
        "is_active": row.is_active and row.person.is_active,
        "joined_at": row.joined_at,
    }


def _filters(query: MembersQuery) -> Filters:
    return Filters(
        role=None if isinstance(query.role, UnsetType) else query.role,
        is_active=None if isinstance(query.is_active, UnsetType) else query.is_active,
    )


def _sees_personal(request: Request) -> bool:
    """Tell whether names are shown to who asks; refuse who may see no members."""
    caller = get_caller(request=request)
    if not caller.may("members.view"):
        raise NotAllowed
    return not isinstance(caller, KeyBearer) or caller.may(PERSONAL_READ)
