"""HTTP words for sign-up."""

from datetime import UTC, datetime

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.provisioning.addresses import url_of
from tenants.provisioning.door import sign_up_from


class SignUp(Body, frozen=True):
    """What a company is signed up with; what each may be is said by provisioning itself."""

    name: str
    slug: str
    email: str
    password: str


class TenantsView(APIView):
    """`/api/v1/tenants` on the platform's host."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        """Sign a company up; it is served when this answers."""
        given = read_body(data=request.data, shape=SignUp)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        tenant = sign_up_from(request=asked, now=datetime.now(UTC), **msgspec.structs.asdict(given))
        url = url_of(tenant=tenant, request=asked)
        body = {"id": tenant.id, "slug": tenant.slug, "name": given.name.strip(), "url": url}
        return Response(body, status=201, headers={"Location": url})
