"""REST of contacts, for members and keys that see conversations."""

from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.answers import ContactShown, show_contact
from conversations.contacts.queries import Filters, get_contact, get_page
from tenants.describing import Described, Listed, describe
from tenants.members.authentication import get_caller
from tenants.members.bearer import KeyBearer
from tenants.members.permissions import PERSONAL_READ
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, Refusal

PERSONAL: Final = ("email", "external_id", "phone")


class PersonalFilter(Refusal):
    """This key may not look for people by what is personal: it has no scope personal:read."""

    code = "personal_filter"
    status = 403


class ContactsQuery(PageQuery, frozen=True):
    """Which contacts, in which order: by default the newest first.

    An `email` is found in capital and small letters alike; `external_id` and `phone` as the site says them.
    """

    email: Annotated[str, Meta(min_length=1, max_length=254)] | UnsetType = UNSET
    external_id: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET
    phone: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    order: Literal["created_at", "-created_at"] = "-created_at"


class Contacts(APIView):
    """GET /api/v1/contacts."""

    @describe(
        Described(
            answers={200: Listed[ContactShown]},
            query=ContactsQuery,
            refusals=(PersonalFilter,),
            scopes=("conversations.view",),
        )
    )
    def get(self, request: Request) -> Response:
        """List contacts, without those who were merged into others."""
        personal = _sees_personal(request)
        query = read_query(request=request, shape=ContactsQuery)
        filters = _read_filters(query, personal=personal)
        page = get_page(filters=filters, window=open_window(query=query, name="contacts"), order=query.order)
        results = [show_contact(row=row, personal=personal) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class OneContact(APIView):
    """GET /api/v1/contacts/{id}."""

    @describe(Described(answers={200: ContactShown}, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """Show a contact."""
        personal = _sees_personal(request)
        return Response(show_contact(row=get_contact(contact=contact), personal=personal))


def _read_filters(query: ContactsQuery, *, personal: bool) -> Filters:
    given = msgspec.structs.asdict(query)
    asked = {name: given[name] for name in PERSONAL if given[name] is not UNSET}
    if asked and not personal:  # who finds somebody by a guess has read it
        raise PersonalFilter
    return Filters(**asked)


def _sees_personal(request: Request) -> bool:
    """Tell whether names are shown to who asks; refuse who may see no conversations."""
    caller = get_caller(request=request)
    if not caller.may("conversations.view"):
        raise NotAllowed
    return not isinstance(caller, KeyBearer) or caller.may(PERSONAL_READ)
