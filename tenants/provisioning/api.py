"""HTTP words for sign-up."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, describe
from tenants.provisioning.addresses import url_of
from tenants.provisioning.door import sign_up_from
from tenants.provisioning.refusals import SlugTaken
from tenants.tries import TooManyTries


class SignUp(Body, frozen=True):
    """What a company is signed up with; what each may be is said by provisioning itself."""

    name: str
    slug: str
    email: str
    password: str


class TenantShown(Answer, frozen=True):
    """A company that is served, at `url`. Its owner has a mail with a link that confirms their address."""

    id: UUID
    slug: str
    name: str
    url: str
    confirmed: bool


class TenantsView(APIView):
    """`/api/v1/tenants` on the platform's host."""

    authentication_classes = ()
    permission_classes = ()

    @describe(
        Described(
            body=SignUp,
            answers={201: TenantShown},
            refusals=(SlugTaken, TooManyTries),
            example={
                "name": "Acme 云",
                "slug": "acme-cloud",
                "email": "ada@acme.example",
                "password": "correct horse 9 battery",
            },
        )
    )
    def post(self, request: Request) -> Response:
        """Sign a company up; it is served when this answers.

        The address is proved by a mail, in which alone it is told whether it is known already. An address gets ten of
        them a day at most; who has none can ask for it on the company's own pages. Until then the company
        makes no keys, invites nobody, and its chat opens on our own sample page only; after a week it is removed.
        """
        given = read_body(data=request.data, shape=SignUp)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        tenant = sign_up_from(request=asked, now=datetime.now(UTC), **msgspec.structs.asdict(given))
        url = url_of(tenant=tenant, request=asked)
        name, confirmed = given.name.strip(), tenant.confirmed
        shown = TenantShown(id=tenant.id, slug=tenant.slug, name=name, url=url, confirmed=confirmed)
        return Response(msgspec.to_builtins(shown), status=201, headers={"Location": url})
