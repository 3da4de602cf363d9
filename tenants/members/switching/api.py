"""REST of the companies that somebody works with."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.members.switching.queries import get_page
from tenants.paging import PageQuery, links, open_window, read_query


class PlaceShown(Answer, frozen=True):
    """A company in which one is a member."""

    id: UUID
    slug: str
    name: str
    url: str
    role: str
    is_current: bool


class OwnTenants(APIView):
    """`/api/v1/me/tenants`."""

    @describe(Described(answers={200: Listed[PlaceShown]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List the companies in which one is a member, by name.

        Only this one for who has not confirmed their e-mail address, and for whom the company's sign-in service has let
        in.
        """
        member, query = get_member(request=request), read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"places {member.person_id}")
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        page = get_page(member=member, request=asked, window=window)
        names = ("id", "slug", "name", "url", "role", "is_current")
        results = [{name: getattr(place, name) for name in names} for place in page.rows]
        return Response({"results": results, **links(request=request, page=page)})
