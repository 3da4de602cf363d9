"""REST of the companies that somebody works with."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.describing import Answer, Described, describe
from tenants.members.authentication import get_member
from tenants.members.switching.queries import get_places


class PlaceShown(Answer, frozen=True):
    """A company in which one is a member."""

    id: UUID
    slug: str
    name: str
    url: str
    role: str
    is_current: bool


class PlacesShown(Answer, frozen=True):
    """One's own companies by name.

    Only this one for who has not confirmed their e-mail address, and for whom the company's sign-in service has let in.
    """

    results: list[PlaceShown]


class OwnTenants(APIView):
    """`/api/v1/me/tenants`."""

    @describe(Described(answers={200: PlacesShown}))
    def get(self, request: Request) -> Response:
        """List the companies in which one is a member."""
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        places = get_places(member=get_member(request=request), request=asked)
        names = ("id", "slug", "name", "url", "role", "is_current")
        return Response({"results": [{name: getattr(place, name) for name in names} for place in places]})
