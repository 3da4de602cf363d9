"""REST of accepting an invitation, on the platform's host: for programs of people who are members nowhere yet."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, describe
from tenants.members.invitations.joining import accept
from tenants.members.invitations.refusals import (
    InvitationAccepted,
    InvitationExpired,
    InvitationUnknown,
    InvitationWithdrawn,
)
from tenants.members.refusals import AlreadyMember, SsoOnly, WrongCredentials
from tenants.provisioning.addresses import url_of
from tenants.queries import find_tenant_by_slug
from tenants.refusals import Suspended
from tenants.tries import TooManyTries, network_of


class AcceptBody(Body, frozen=True):
    """The company's slug and the code of the mail. Who has an account shows its password, who is new chooses both."""

    company: Annotated[str, Meta(min_length=1, max_length=100)]
    code: Annotated[str, Meta(min_length=1, max_length=100)]
    password: Annotated[str, Meta(max_length=1000)]
    name: Annotated[str, Meta(max_length=200)] = ""


class Accepted(Answer, frozen=True):
    """Who is a member now. They sign in at `url`."""

    person: UUID
    company: str
    url: str


class AcceptInvitation(APIView):
    """`/api/v1/invitations/accept` on the platform's host."""

    authentication_classes = ()
    permission_classes = ()

    @describe(
        Described(
            body=AcceptBody,
            answers={201: Accepted},
            refusals=(
                InvitationUnknown,
                InvitationAccepted,
                InvitationWithdrawn,
                InvitationExpired,
                WrongCredentials,
                AlreadyMember,
                SsoOnly,
                Suspended,
                TooManyTries,
            ),
            example={
                "company": "acme-cloud",
                "code": "s0meC0deOfAMail",
                "name": "Grace",
                "password": "correct horse 9 battery",
            },
        )
    )
    def post(self, request: Request) -> Response:
        """Accept an invitation; nobody is signed in by it.

        A company that signs in through its own service only answers `sso_only` to who is new: they open the link of the
        mail, which leads there.
        """
        given = read_body(data=request.data, shape=AcceptBody)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        tenant = find_tenant_by_slug(slug=given.company)
        if tenant is None:
            raise InvitationUnknown
        person = accept(
            tenant=tenant,
            place=network_of(asked),
            code=given.code,
            name=given.name,
            password=given.password,
            now=datetime.now(UTC),
        )
        shown = Accepted(person=person.id, company=tenant.slug, url=url_of(tenant=tenant, request=asked))
        return Response(msgspec.to_builtins(shown), status=201)
