"""HTTP words for how a company lets its people sign in. Members with `tenant.manage` only; never a key."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, Nothing, read_body
from tenants.confirming.refusals import Unconfirmed
from tenants.context import TenantRef, current_tenant
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.members.member import Member
from tenants.members.rules import BeyondYours
from tenants.models import SsoDomain
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed
from tenants.resolving import LookupFailed
from tenants.sso import commands
from tenants.sso.commands import Wanted, record_name, record_text
from tenants.sso.going import CALLBACK
from tenants.sso.queries import get_page, get_setting, key_of
from tenants.sso.rechecking import trusted_until
from tenants.sso.refusals import DomainNotProved, DomainThere, TooManyDomains, WayBackNeeded

Words = Annotated[str, msgspec.Meta(max_length=500)]


class Provider(Body, frozen=True):
    """An OpenID Connect provider. `role`: what people become whom nobody invited; null refuses them.

    `only`: nobody signs in by password but owners with a second factor. Without `client_secret` the one that is kept
    stays, unless the issuer is another.
    """

    issuer: Words
    client_id: Annotated[str, msgspec.Meta(max_length=200)]
    client_secret: Words | None = None
    role: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    on: bool = False
    only: bool = False


class Domain(Body, frozen=True):
    """A domain of e-mail addresses."""

    domain: Annotated[str, msgspec.Meta(max_length=253)]


class Required(Body, frozen=True):
    """What is required of everybody who signs in by their own means."""

    second_factor: bool


class ProviderShown(Answer, frozen=True):
    """The company's provider, all null where there is none. `redirect_uri` is what the provider must be told."""

    issuer: str | None
    client_id: str | None
    role: str | None
    on: bool
    only: bool
    redirect_uri: str


class SsoDomainShown(Answer, frozen=True):
    """A domain, and the TXT record that proves it: leave it there, it is looked for twice a day.

    `missing_since` tells since when a proved one has none; it counts no more after `trusted_until`.
    """

    id: UUID
    domain: str
    record_name: str
    record_text: str
    proved_at: datetime | None
    missing_since: datetime | None
    trusted_until: datetime | None


class RequiredShown(Answer, frozen=True):
    """What is required of everybody who signs in by their own means."""

    second_factor: bool


class SettingView(APIView):
    """A view for whoever manages the company."""

    def asked(self, request: Request) -> tuple[TenantRef, Member, datetime]:
        """Answer the tenant, who asks, and when; raise NotAllowed."""
        member = get_member(request=request)
        if not member.may("tenant.manage"):
            raise NotAllowed
        return current_tenant(), member, datetime.now(UTC)


class ProviderView(SettingView):
    """`/api/v1/sso`."""

    @describe(Described(answers={200: ProviderShown}))
    def get(self, request: Request) -> Response:
        """Show the company's sign-in service."""
        tenant, _member, _now = self.asked(request)
        return Response(_provider(request, tenant))

    @describe(
        Described(
            body=Provider,
            answers={200: ProviderShown},
            refusals=(WayBackNeeded, Unconfirmed, BeyondYours),
            example={
                "issuer": "https://login.acme.example",
                "client_id": "yunke",
                "client_secret": "only-between-us",
                "role": "agent",
            },
        )
    )
    def put(self, request: Request) -> Response:
        """Set the company's sign-in service; one that is switched on is asked first whether it answers."""
        tenant, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Provider)
        wanted = Wanted(**msgspec.structs.asdict(given))
        commands.set_provider(tenant=tenant, member=member, wanted=wanted, now=now)
        return Response(_provider(request, tenant))

    @describe(Described(answers={204: None}))
    def delete(self, request: Request) -> Response:
        """Forget the company's sign-in service."""
        tenant, member, now = self.asked(request)
        commands.remove_provider(tenant=tenant, member=member, now=now)
        return Response(status=204)


class DomainsView(SettingView):
    """`/api/v1/sso/domains`."""

    @describe(Described(answers={200: Listed[SsoDomainShown]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List the domains by name."""
        tenant, _member, _now = self.asked(request)
        query = read_query(request=request, shape=PageQuery)
        page = get_page(tenant=tenant, window=open_window(query=query, name="sso domains"))
        return Response({"results": [_domain(row) for row in page.rows], **links(request=request, page=page)})

    @describe(
        Described(
            body=Domain,
            answers={201: SsoDomainShown},
            refusals=(DomainThere, TooManyDomains),
            example={"domain": "acme.example"},
        )
    )
    def post(self, request: Request) -> Response:
        """Enter a domain; it counts once its record is found in the DNS."""
        tenant, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Domain)
        row = commands.add_domain(tenant=tenant, member=member, domain=given.domain, now=now)
        return Response(_domain(row), status=201)


class DomainView(SettingView):
    """`/api/v1/sso/domains/{domain}`."""

    @describe(Described(answers={204: None}))
    def delete(self, request: Request, domain: UUID) -> Response:
        """Forget a domain."""
        tenant, member, now = self.asked(request)
        commands.remove_domain(tenant=tenant, member=member, domain_id=domain, now=now)
        return Response(status=204)


class CheckView(SettingView):
    """`/api/v1/sso/domains/{domain}/check`."""

    @describe(Described(body=Nothing, answers={200: SsoDomainShown}, refusals=(DomainNotProved, LookupFailed)))
    def post(self, request: Request, domain: UUID) -> Response:
        """Look for a domain's record in the DNS."""
        tenant, member, now = self.asked(request)
        read_body(data=request.data, shape=Nothing)
        return Response(_domain(commands.check_domain(tenant=tenant, member=member, domain_id=domain, now=now)))


class SecurityView(SettingView):
    """`/api/v1/security`."""

    @describe(Described(answers={200: RequiredShown}))
    def get(self, request: Request) -> Response:
        """Say what is required of whoever signs in."""
        tenant, _member, _now = self.asked(request)
        return Response({"second_factor": get_setting(tenant=tenant).require_second_factor})

    @describe(Described(body=Required, answers={200: RequiredShown}, example={"second_factor": False}))
    def put(self, request: Request) -> Response:
        """Require a second factor, or not. Members who have none can do nothing until they have set one up."""
        tenant, member, now = self.asked(request)
        given = read_body(data=request.data, shape=Required)
        commands.require_second_factor(tenant=tenant, member=member, required=given.second_factor, now=now)
        return Response({"second_factor": given.second_factor})


def _provider(request: Request, tenant: TenantRef) -> dict[str, Any]:
    setting = get_setting(tenant=tenant)
    row = setting.provider
    return {
        "issuer": row.issuer if row else None,
        "client_id": row.client_id if row else None,
        "role": key_of(row) if row else None,
        "on": setting.is_on,
        "only": setting.only,
        "redirect_uri": request.build_absolute_uri(CALLBACK),
    }


def _domain(row: SsoDomain) -> dict[str, Any]:
    return {
        "id": row.id,
        "domain": row.domain,
        "record_name": record_name(row),
        "record_text": record_text(row),
        "proved_at": row.proved_at,
        "missing_since": row.missing_since,
        "trusted_until": trusted_until(row=row),
    }
