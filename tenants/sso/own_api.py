"""HTTP words for one's own connections to the company's provider."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.context import current_tenant
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.sso.own import disconnect, get_page
from tenants.sso.refusals import OnlyWayIn


class Connection(Answer, frozen=True):
    """That the company's sign-in service at `issuer` signs one in here."""

    id: UUID
    issuer: str
    connected_at: datetime


class OwnConnections(APIView):
    """`/api/v1/me/connections`."""

    @describe(Described(answers={200: Listed[Connection]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List the sign-in services that sign one in here, the oldest first."""
        member, query = get_member(request=request), read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"connections {member.person_id}")
        page = get_page(tenant=current_tenant(), member=member, window=window)
        shown = [Connection(id=row.id, issuer=row.issuer, connected_at=row.created_at) for row in page.rows]
        return Response({"results": msgspec.to_builtins(shown), **links(request=request, page=page)})


class OwnConnection(APIView):
    """`/api/v1/me/connections/{id}`."""

    @describe(Described(answers={204: None}, refusals=(OnlyWayIn,), while_closed=True))
    def delete(self, request: Request, connection: UUID) -> Response:
        """Disconnect a sign-in service from one's account; other sessions that it opened end."""
        member = get_member(request=request)
        disconnect(tenant=current_tenant(), member=member, identity=connection, now=datetime.now(UTC))
        return Response(status=204)
