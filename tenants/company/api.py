"""REST of the company as a whole, for members who manage it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from django.utils import translation
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.bodies import Body, read_body
from tenants.company.queries import get_company
from tenants.context import current_tenant
from tenants.describing import Answer, Described, describe
from tenants.members.account.commands import WrongPassword
from tenants.members.authentication import get_member
from tenants.provisioning.addresses import url_of
from tenants.provisioning.deletion import ask_for_deletion, take_deletion_back
from tenants.provisioning.refusals import DeletionAsked, SlugTaken, TooManyAddresses
from tenants.provisioning.renaming import change_company
from tenants.refusals import NotAllowed, NotFound
from tenants.tries import TooManyTries


class CompanyBody(Body, frozen=True):
    """What changes of a company; a new `slug` is its new address, and the old one leads there for a year."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    slug: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET


class OldAddress(Answer, frozen=True):
    """An address that the company had."""

    slug: str
    until: datetime


class ClosedShown(Answer, frozen=True):
    """Why nothing can be changed at present."""

    kind: Literal["suspended", "deletion"]
    reason: str
    until: datetime | None


class CompanyInFull(Answer, frozen=True):
    """The company as those see it who manage it."""

    id: UUID
    name: str
    slug: str
    url: str
    created_at: datetime
    closed: ClosedShown | None
    old_addresses: list[OldAddress]


class Company(APIView):
    """`/api/v1/company`."""

    @describe(Described(answers={200: CompanyInFull}))
    def get(self, request: Request) -> Response:
        """Show the company."""
        _refuse_others(request)
        return Response(_render(request))

    @describe(
        Described(
            body=CompanyBody,
            answers={200: CompanyInFull},
            refusals=(SlugTaken, TooManyAddresses),
            example={"name": "Acme & Daughters"},
        )
    )
    def patch(self, request: Request) -> Response:
        """Give the company another name or another address."""
        by = get_member(request=request)
        said = msgspec.to_builtins(read_body(data=request.data, shape=CompanyBody))
        change_company(by=by, now=datetime.now(UTC), **said)
        return Response(_render(request))


class DeletionBody(Body, frozen=True):
    """The password of whoever asks."""

    password: Annotated[str, Meta(max_length=200)]


class DeletionShown(Answer, frozen=True):
    """When the company will be deleted."""

    delete_at: datetime


class Deletion(APIView):
    """`/api/v1/company/deletion`."""

    @describe(
        Described(
            body=DeletionBody,
            answers={202: DeletionShown},
            refusals=(WrongPassword, DeletionAsked, TooManyTries),
            example={"password": "correct horse 9 battery"},
            while_closed=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Have the company deleted after a while, in which everything can be read and nothing changed."""
        by = get_member(request=request)
        given = read_body(data=request.data, shape=DeletionBody)
        language = translation.get_language() or "en"
        delete_at = ask_for_deletion(by=by, password=given.password, language=language, now=datetime.now(UTC))
        return Response({"delete_at": delete_at}, status=202)

    @describe(Described(answers={204: None}, refusals=(NotFound,), while_closed=True))
    def delete(self, request: Request) -> Response:
        """Take the deletion back."""
        by = get_member(request=request)
        take_deletion_back(by=by, language=translation.get_language() or "en", now=datetime.now(UTC))
        return Response(status=204)


def _refuse_others(request: Request) -> None:
    if not get_member(request=request).may("tenant.manage"):
        raise NotAllowed


def _render(request: Request) -> dict[str, Any]:
    asked = request._request  # noqa: SLF001 # DRF's own way down to Django's request
    row, old = get_company(tenant=current_tenant())
    closed = row.ref.closed
    shown = CompanyInFull(
        id=row.id,
        name=row.name,
        slug=row.slug,
        url=url_of(tenant=row.ref, request=asked),
        created_at=row.created_at,
        closed=None if closed is None else ClosedShown(kind=closed.kind, reason=closed.reason, until=closed.until),
        old_addresses=[OldAddress(slug=one.slug, until=one.until) for one in old],
    )
    said: dict[str, Any] = msgspec.to_builtins(shown)
    return said
