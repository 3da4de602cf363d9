"""REST of contacts, for members and keys that see conversations."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.models import Contact
from conversations.contacts.queries import get_contact, get_page
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_caller
from tenants.members.bearer import KeyBearer
from tenants.members.permissions import PERSONAL_READ
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed


class ContactShown(Answer, frozen=True):
    """Somebody who is served. Without `personal:read` a key is shown no name, external id, e-mail or phone.

    `vouched` says that the company's own site told us who it is, and calls them `external_id`. Who turned out to be a
    contact that is known is merged into that one, which has all their conversations.
    """

    id: UUID
    name: str | None
    created_at: datetime
    vouched: bool
    external_id: str | None
    email: str | None
    phone: str | None
    merged_into: UUID | None


class ContactsQuery(PageQuery, frozen=True):
    """Which contacts, in which order: by default the newest first."""

    order: Literal["created_at", "-created_at"] = "-created_at"


class Contacts(APIView):
    """GET /api/v1/contacts."""

    @describe(Described(answers={200: Listed[ContactShown]}, query=ContactsQuery))
    def get(self, request: Request) -> Response:
        """List contacts, without those who were merged into others."""
        personal = _sees_personal(request)
        query = read_query(request=request, shape=ContactsQuery)
        page = get_page(window=open_window(query=query, name=f"contacts {query.order}"), order=query.order)
        results = [render_contact(row, personal=personal) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class OneContact(APIView):
    """GET /api/v1/contacts/{id}."""

    @describe(Described(answers={200: ContactShown}))
    def get(self, request: Request, contact: UUID) -> Response:
        """Show a contact."""
        personal = _sees_personal(request)
        return Response(render_contact(get_contact(contact=contact), personal=personal))


def render_contact(row: Contact, *, personal: bool) -> dict[str, Any]:
    """Answer a contact as the API shows it."""
    shown = ContactShown(
        id=row.id,
        name=row.name if personal else None,
        created_at=row.created_at,
        vouched=row.is_vouched,
        external_id=row.external_id if personal else None,
        email=row.email if personal else None,
        phone=row.phone if personal else None,
        merged_into=row.merged_into,
    )
    said: dict[str, Any] = msgspec.to_builtins(shown)
    return said


def _sees_personal(request: Request) -> bool:
    """Tell whether names are shown to who asks; refuse who may see no conversations."""
    caller = get_caller(request=request)
    if not caller.may("conversations.view"):
        raise NotAllowed
    return not isinstance(caller, KeyBearer) or caller.may(PERSONAL_READ)
