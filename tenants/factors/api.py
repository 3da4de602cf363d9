"""HTTP words for one's own second factors. A key of the API never gets here: they are a person's."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, Nothing, read_body
from tenants.context import current_tenant, platform_context
from tenants.describing import Answer, Described, Listed, describe
from tenants.factors import code_apps, commands, security_keys
from tenants.factors.accepting import Code, Shown
from tenants.factors.commands import Factor
from tenants.factors.models import CodeApp
from tenants.factors.queries import count_recovery_codes, get_page
from tenants.factors.refusals import AddressNotProved, FactorRefused, KeysNotHere, TooManyFactors
from tenants.members.authentication import OwnSession, get_member
from tenants.members.member import Member
from tenants.members.proving import begin_ceremony, need_proof, prove, take_ceremony
from tenants.members.refusals import ProofNeeded, WrongProof
from tenants.members.rules import LastWayBack
from tenants.members.sessions import note_factor
from tenants.models import Person
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.tries import TooManyTries

Name = Annotated[str, msgspec.Meta(max_length=200)]


class Named(Body, frozen=True):
    """What a factor is called."""

    name: Name


class Confirmation(Body, frozen=True):
    """The first code of an app."""

    code: Code


class NewKey(Body, frozen=True):
    """What `navigator.credentials.create` answered, as JSON (`PublicKeyCredential.toJSON`)."""

    name: Name
    credential: dict[str, Any]


class Proving(Shown, frozen=True):
    """The password, or a second factor: one of the fields."""

    password: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class ChallengeBody(Body, frozen=True):
    """What a security key is to sign."""

    purpose: Literal["register", "prove"]


class FactorShown(Answer, frozen=True):
    """A second factor. `site` is where a security key can be used: that host and all below it."""

    id: UUID
    kind: Literal["code_app", "security_key"]
    name: str
    site: str | None
    created_at: datetime
    used_at: datetime | None


class FactorsShown(Listed[FactorShown], frozen=True):
    """A page of the person's second factors, and how many recovery codes are left."""

    recovery_codes_left: int


class SecretShown(Answer, frozen=True):
    """A new app's secret, shown once; `uri` is what a QR code says to the app. It counts once confirmed."""

    id: UUID
    secret: str
    uri: str


class CodesShown(Answer, frozen=True):
    """Recovery codes, shown once; none where there are some already."""

    recovery_codes: list[str]


class KeyShown(FactorShown, frozen=True):
    """A new security key, and recovery codes if these are the first."""

    recovery_codes: list[str]


class OptionsShown(Answer, frozen=True):
    """What `navigator.credentials.create` or `get` is given, as JSON; for one try within ten minutes."""

    options: dict[str, Any]


class OwnView(APIView):
    """A view on what is one's own."""

    authentication_classes = (OwnSession,)

    def asked(self, request: Request) -> tuple[HttpRequest, Member, datetime]:
        """Answer Django's request, who asks, and when."""
        return request._request, get_member(request=request), datetime.now(UTC)  # noqa: SLF001 # DRF's own way down


CHANGES = (ProofNeeded, AddressNotProved)


class FactorsView(OwnView):
    """`/api/v1/me/factors`."""

    @describe(Described(answers={200: FactorsShown}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List one's second factors, the oldest first."""
        member, query = get_member(request=request), read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"factors {member.person_id}")
        page = get_page(person_id=member.person_id, window=window)
        with platform_context():
            left = count_recovery_codes(person_id=member.person_id)
        results = [_shown(factor) for factor in page.rows]
        return Response({"results": results, **links(request=request, page=page), "recovery_codes_left": left})

    @describe(
        Described(
            body=Named,
            answers={201: SecretShown},
            refusals=CHANGES,
            example={"name": "Phone"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Begin with an authenticator app: it counts once a code has confirmed it."""
        asked, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Named)
        need_proof(session=asked.session, now=now)
        app = commands.begin_code_app(member=member, name=given.name, now=now)
        secret, uri = code_apps.secret_of(app), code_apps.uri_of(app, email=member.email)
        return Response({"id": app.id, "secret": secret, "uri": uri}, status=201)


class FactorView(OwnView):
    """`/api/v1/me/factors/{factor}`."""

    @describe(
        Described(
            body=Named,
            answers={200: FactorShown},
            refusals=(ProofNeeded,),
            example={"name": "Old phone"},
            while_closed=True,
        )
    )
    def patch(self, request: Request, factor: UUID) -> Response:
        """Call a factor something else."""
        asked, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Named)
        need_proof(session=asked.session, now=now)
        return Response(_shown(commands.rename(member=member, factor_id=factor, name=given.name)))

    @describe(Described(answers={204: None}, refusals=(*CHANGES, LastWayBack), while_closed=True))
    def delete(self, request: Request, factor: UUID) -> Response:
        """Remove a factor. With the last one go the recovery codes and all other sessions of the person."""
        asked, member, now = self.asked(request)
        need_proof(session=asked.session, now=now)
        if not commands.remove(tenant=current_tenant(), member=member, factor_id=factor, now=now):
            note_factor(session=asked.session, factor=False)
        return Response(status=204)


class ConfirmView(OwnView):
    """`/api/v1/me/factors/{factor}/confirm`."""

    @describe(
        Described(
            body=Confirmation,
            answers={200: CodesShown},
            refusals=(*CHANGES, FactorRefused, TooManyFactors),
            example={"code": "THE-CODE-OF-AN-APP"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request, factor: UUID) -> Response:
        """Confirm an authenticator app by a code of it."""
        asked, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Confirmation)
        need_proof(session=asked.session, now=now)
        codes = commands.confirm_code_app(
            tenant=current_tenant(), member=member, app_id=factor, code=given.code, now=now
        )
        note_factor(session=asked.session, factor=True)
        return Response({"recovery_codes": codes})


class KeysView(OwnView):
    """`/api/v1/me/webauthn`."""

    @describe(
        Described(
            body=NewKey,
            answers={201: KeyShown},
            refusals=(*CHANGES, FactorRefused, TooManyFactors),
            example={"name": "Key ring", "credential": "THE-ANSWER-OF-A-KEY"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Add a security key or a passkey that has signed the challenge drawn for it."""
        asked, member, now = self.asked(request)
        given = read_body(data=request.data, shape=NewKey)
        need_proof(session=asked.session, now=now)
        ceremony = take_ceremony(request=asked, now=now)
        if ceremony is None:
            raise FactorRefused(field="credential")
        key, codes = commands.add_security_key(
            tenant=current_tenant(),
            member=member,
            name=given.name,
            credential=given.credential,
            ceremony=ceremony,
            now=now,
        )
        note_factor(session=asked.session, factor=True)
        return Response({**_shown(key), "recovery_codes": codes}, status=201)


class ChallengeView(OwnView):
    """`/api/v1/me/webauthn/challenge`."""

    @describe(
        Described(
            body=ChallengeBody,
            answers={200: OptionsShown},
            refusals=(KeysNotHere,),
            example={"purpose": "register"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Draw a challenge for a security key; the one before is worth nothing then."""
        asked, member, now = self.asked(request)
        given = read_body(data=request.data, shape=ChallengeBody)
        ceremony = begin_ceremony(request=asked, now=now)
        if ceremony is None:
            raise KeysNotHere
        with platform_context():
            if given.purpose == "prove":
                options = security_keys.showing(person_id=member.person_id, ceremony=ceremony)
            else:
                person = Person.objects.get(id=member.person_id)
                options = security_keys.registering(person=person, ceremony=ceremony)
        return Response({"options": options})


class RecoveryCodesView(OwnView):
    """`/api/v1/me/recovery-codes`."""

    @describe(Described(body=Nothing, answers={201: CodesShown}, refusals=CHANGES, kept=False, while_closed=True))
    def post(self, request: Request) -> Response:
        """Make ten new recovery codes; the old ones are worth nothing then."""
        asked, member, now = self.asked(request)
        read_body(data=request.data, shape=Nothing)
        need_proof(session=asked.session, now=now)
        codes = commands.renew_recovery_codes(tenant=current_tenant(), member=member, now=now)
        return Response({"recovery_codes": codes}, status=201)


class ProofView(OwnView):
    """`/api/v1/me/proof`."""

    @describe(
        Described(
            body=Proving,
            answers={204: None},
            refusals=(WrongProof, TooManyTries),
            example={"password": "correct horse 9 battery"},
            kept=False,
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Show once more that it is you; for ten minutes your second factors can be changed then."""
        asked, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Proving)
        prove(request=asked, member=member, password=given.password, shown=given, now=now)
        return Response(status=204)


def _shown(factor: Factor) -> dict[str, Any]:
    return {
        "id": factor.id,
        "kind": "code_app" if isinstance(factor, CodeApp) else "security_key",
        "name": factor.name,
        "site": None if isinstance(factor, CodeApp) else factor.site,
        "created_at": factor.created_at,
        "used_at": factor.used_at,
    }
