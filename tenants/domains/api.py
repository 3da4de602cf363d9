"""REST of domains, for members who manage the company."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.domains.commands import claim, look, remove
from tenants.domains.models import Domain, DomainState
from tenants.domains.proving import FILE, RECORD, WORD
from tenants.domains.queries import get_domain, get_page
from tenants.domains.refusals import DomainClaimed, TooManyDomains
from tenants.members.authentication import get_member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed


class DomainBody(Body, frozen=True):
    """A domain such as chat.example.com."""

    name: Annotated[str, Meta(max_length=300)]


class RecordShown(Answer, frozen=True):
    """The TXT record that proves it."""

    name: str
    value: str


class FileShown(Answer, frozen=True):
    """The file that proves it instead."""

    url: str
    content: str


class DomainShown(Answer, frozen=True):
    """A domain. Only a verified one is served; put up one of the two proofs and leave it there."""

    id: UUID
    name: str
    state: Literal["pending", "verified", "failed"]
    record: RecordShown
    file: FileShown
    claimed_at: datetime
    verified_at: datetime | None
    checked_at: datetime | None
    next_at: datetime | None
    problem: str | None


class Domains(APIView):
    """`/api/v1/domains`."""

    @describe(Described(answers={200: Listed[DomainShown]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List domains by name."""
        _refuse_others(request)
        query = read_query(request=request, shape=PageQuery)
        page = get_page(window=open_window(query=query, name="domains"))
        return Response({"results": [render(row) for row in page.rows], **links(request=request, page=page)})

    @describe(
        Described(
            body=DomainBody,
            answers={201: DomainShown},
            refusals=(DomainClaimed, TooManyDomains),
            example={"name": "chat.example.com"},
        )
    )
    def post(self, request: Request) -> Response:
        """Name a domain of the company's own; it is served once it is proven."""
        by = get_member(request=request)
        given = read_body(data=request.data, shape=DomainBody)
        return Response(render(claim(name=given.name, by=by, now=datetime.now(UTC))), status=201)


class OneDomain(APIView):
    """`/api/v1/domains/{id}`."""

    @describe(Described(answers={200: DomainShown}))
    def get(self, request: Request, domain: UUID) -> Response:
        """Show a domain."""
        _refuse_others(request)
        return Response(render(get_domain(domain=domain)))

    @describe(Described(answers={204: None}))
    def delete(self, request: Request, domain: UUID) -> Response:
        """Serve the company under this domain no more."""
        remove(domain=domain, by=get_member(request=request), now=datetime.now(UTC))
        return Response(status=204)


class CheckDomain(APIView):
    """`/api/v1/domains/{id}/check`."""

    @describe(Described(body=Nothing, answers={200: DomainShown}))
    def post(self, request: Request, domain: UUID) -> Response:
        """Look for the proof now."""
        by = get_member(request=request)
        read_body(data=request.data, shape=Nothing)
        return Response(render(look(domain=domain, by=by, now=datetime.now(UTC))))


def render(row: Domain) -> dict[str, Any]:
    """Answer a domain as the API shows it."""
    proof = f"{WORD}{row.token}"
    shown = DomainShown(
        id=row.id,
        name=row.name,
        state=DomainState(row.state).value,  # type: ignore[arg-type] # its values are those of the Literal
        record=RecordShown(name=f"{RECORD}.{row.name}", value=proof),
        file=FileShown(url=f"http://{row.name}{FILE}", content=proof),
        claimed_at=row.claimed_at,
        verified_at=row.verified_at,
        checked_at=row.checked_at,
        next_at=row.next_at,
        problem=row.problem or None,
    )
    said: dict[str, Any] = msgspec.to_builtins(shown)
    return said


def _refuse_others(request: Request) -> None:
    if not get_member(request=request).may("tenant.manage"):
        raise NotAllowed
