"""HTTP words for people: the session, who I am, who else is here."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.context import TenantRef, current_tenant
from tenants.describing import Answer, Described, describe
from tenants.factors.accepting import Shown
from tenants.members import signing
from tenants.members.account.profile import change_profile
from tenants.members.account.queries import get_person
from tenants.members.authentication import get_member, refuse_forgery
from tenants.members.member import Member
from tenants.members.proving import need_own
from tenants.members.refusals import (
    NotSignedIn,
    NotWaiting,
    ProofNeeded,
    SecondFactorNeeded,
    WrongCredentials,
    WrongFactor,
)
from tenants.members.waiting import find_in_ticket
from tenants.queries import get_tenant_name
from tenants.refusals import Invalid, NotAllowed
from tenants.tries import TooManyTries


class Credentials(Shown, frozen=True):
    """What a person signs in with: e-mail address and password; then, if asked for, the ticket and a second factor."""

    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    password: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    ticket: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


class PersonShown(Answer, frozen=True):
    """Somebody who can sign in."""

    id: UUID
    name: str
    email: str


class SessionShown(Answer, frozen=True):
    """Who signed in, as what, and the token that every later change must show as `X-CSRFToken`."""

    person: PersonShown
    role: str
    csrf_token: str


class CompanyShown(Answer, frozen=True):
    """The company whose host it is; some things wait until it is `confirmed`: its owner has proved their address."""

    id: UUID
    slug: str
    name: str
    confirmed: bool


class MeShown(Answer, frozen=True):
    """Who asks, and what they may do here."""

    person: PersonShown
    role: str
    permissions: list[str]
    tenant: CompanyShown
    language: str


class MeBody(Body, frozen=True):
    """What changes of one's own; it is the same in every company. What is not named stays."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | msgspec.UnsetType = msgspec.UNSET
    language: Literal["en", "zh-hans"] | msgspec.UnsetType = msgspec.UNSET


class SessionView(APIView):
    """`/api/v1/session`. POST takes JSON only, which no other site's form can send."""

    authentication_classes = ()
    permission_classes = ()

    @describe(
        Described(
            body=Credentials,
            answers={200: SessionShown},
            refusals=(WrongCredentials, SecondFactorNeeded, WrongFactor, NotWaiting, TooManyTries),
            example={"email": "ada@acme.example", "password": "correct horse 9 battery"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Sign in.

        Whoever has a second factor is answered `second_factor_needed` with `ticket`, `methods` and, for security keys,
        `webauthn`: what `navigator.credentials.get` is given. Then post the ticket with `code`, `recovery_code` or
        `webauthn`. A ticket is for one try within ten minutes; what refuses that brings the next.
        """
        given = read_body(data=request.data, shape=Credentials)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        member = _sign_in(asked, given, current_tenant(), datetime.now(UTC))
        return Response({"person": _person(member), "role": member.role, "csrf_token": get_token(asked)})

    @describe(Described(answers={204: None}, refusals=(NotSignedIn, NotAllowed), while_closed=True))
    def delete(self, request: Request) -> Response:
        """Sign out."""
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        if getattr(asked, "member", None) is None and getattr(asked, "candidate", None) is None:
            raise NotSignedIn
        refuse_forgery(request=asked)
        signing.sign_out(request=asked, now=datetime.now(UTC))
        return Response(status=204)


class MeView(APIView):
    """`/api/v1/me`."""

    @describe(Described(answers={200: MeShown}))
    def get(self, request: Request) -> Response:
        """Say who asks and what they may do here."""
        return _me(get_member(request=request))

    @describe(
        Described(
            body=MeBody,
            answers={200: MeShown},
            refusals=(ProofNeeded,),
            example={"name": "Ada Lovelace", "language": "en"},
        )
    )
    def patch(self, request: Request) -> Response:
        """Change one's own name and language.

        They are the same in every company: where this one's sign-in service has let in somebody who is known elsewhere,
        too, it is refused unless they have posted to `/me/proof` within ten minutes.
        """
        member, body = get_member(request=request), read_body(data=request.data, shape=MeBody)
        asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
        now = datetime.now(UTC)
        need_own(session=asked.session, now=now)
        name = None if isinstance(body.name, msgspec.UnsetType) else body.name
        language = None if isinstance(body.language, msgspec.UnsetType) else body.language
        change_profile(tenant=current_tenant(), member=member, now=now, name=name, language=language)
        return _me(member)


def _me(member: Member) -> Response:
    tenant, person = current_tenant(), get_person(person=member.person_id)
    said = {
        "person": {**_person(member), "name": person.name},
        "role": member.role,
        "permissions": sorted(member.permissions),
        "tenant": {
            "id": tenant.id,
            "slug": tenant.slug,
            "name": get_tenant_name(tenant=tenant),
            "confirmed": tenant.confirmed,
        },
        "language": person.language or translation.get_language() or "en",
    }
    return Response(said)


def _sign_in(request: HttpRequest, given: Credentials, tenant: TenantRef, now: datetime) -> Member:
    if given.ticket is not None:
        waits = find_in_ticket(ticket=given.ticket, tenant=tenant, now=now)
        return signing.sign_in_second(request=request, tenant=tenant, waits=waits, shown=given, now=now)
    missing = [name for name in ("email", "password") if getattr(given, name) is None]
    if given.email is None or given.password is None:
        raise Invalid(errors=[{"field": name, "code": "missing", "detail": "This is needed."} for name in missing])
    return signing.sign_in(request=request, tenant=tenant, email=given.email, password=given.password, now=now)


def _person(member: Member) -> dict[str, Any]:
    return {"id": member.person_id, "name": member.name, "email": member.email}
