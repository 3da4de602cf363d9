"""REST of contacts, for members and keys that see conversations."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.answers import ContactShown, show_contact
from conversations.contacts.asking import PersonalFilter, get_asking
from conversations.contacts.attribute import ContactAttribute
from conversations.contacts.commands import ContactGone, change
from conversations.contacts.queries import Filters, get_attributes, get_contact, get_page
from conversations.contacts.rules import check_attributes
from conversations.terms.beginnings import query_of
from tenants.bodies import Body, read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import Invalid

PERSONAL: Final = ("email", "external_id", "phone")


class ContactsQuery(PageQuery, frozen=True):
    """Which contacts, in which order: by default the newest first.

    An `email` is found in capital and small letters alike, a `phone` as it was told or however its number is written;
    whichever of a contact's identities it is. `q` are words of the name, of what they are known by, or of the
    attributes, or how they begin; of a phone number four digits are enough. `attributes` is JSON, such as
    {"plan": "gold"}: all of these values.
    """

    email: Annotated[str, Meta(min_length=1, max_length=254)] | UnsetType = UNSET
    external_id: Annotated[str, Meta(min_length=1, max_length=255)] | UnsetType = UNSET
    phone: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    q: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    attributes: Annotated[str, Meta(min_length=2, max_length=4000)] | UnsetType = UNSET
    order: Literal["created_at", "-created_at"] = "-created_at"


class ContactChangeBody(Body, frozen=True):
    """What is known of a contact now; attributes by the keys of their definitions, null for one to be taken away."""

    name: Annotated[str, Meta(max_length=200, pattern=r"\S")] | UnsetType = UNSET
    attributes: Annotated[dict[str, Any], Meta(max_length=100)] = msgspec.field(default_factory=dict)


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
        personal = get_asking(request=request).personal
        query = read_query(request=request, shape=ContactsQuery)
        known = get_attributes()
        filters = _read_filters(query, known, personal=personal)
        page = get_page(filters=filters, window=open_window(query=query, name="contacts"), order=query.order)
        results = [show_contact(row=row, personal=personal, known=known) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class OneContact(APIView):
    """GET /api/v1/contacts/{id}."""

    @describe(Described(answers={200: ContactShown}, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """Show a contact."""
        personal = get_asking(request=request).personal
        return _answer(contact, personal=personal)

    @describe(
        Described(
            body=ContactChangeBody,
            answers={200: ContactShown},
            refusals=(ContactGone,),
            example={"name": "Lei Wang"},
            scopes=("conversations.view", "contacts.edit"),
        )
    )
    def patch(self, request: Request, contact: UUID) -> Response:
        """Write down what is known of a contact now; what is not named stays, and null takes an attribute away."""
        asking = get_asking(request=request, edits=True)
        said = read_body(data=request.data, shape=ContactChangeBody)
        name = None if isinstance(said.name, UnsetType) else said.name
        change(contact=contact, name=name, attributes=said.attributes, by=asking.by, now=datetime.now(UTC))
        return _answer(contact, personal=asking.personal)


def _answer(contact: UUID, *, personal: bool) -> Response:
    row = get_contact(contact=contact)
    return Response(show_contact(row=row, personal=personal, known=get_attributes()))


def _read_filters(query: ContactsQuery, known: Mapping[str, ContactAttribute], *, personal: bool) -> Filters:
    given = msgspec.structs.asdict(query)
    asked: dict[str, Any] = {name: given[name] for name in PERSONAL if given[name] is not UNSET}
    wanted = _read_attributes(query, known)
    looks = asked or query.q is not UNSET or any(known[key].personal for key in wanted)
    if looks and not personal:  # who finds somebody by a guess has read it
        raise PersonalFilter
    return Filters(**asked, words=_read_words(query), attributes=wanted)


def _read_words(query: ContactsQuery) -> str | None:
    if isinstance(query.q, UnsetType):
        return None
    words = query_of(text=query.q)
    if words is None:
        raise Invalid(errors=[{"field": "q", "code": "invalid", "detail": "A word at least."}])
    return words


def _read_attributes(query: ContactsQuery, known: Mapping[str, ContactAttribute]) -> dict[str, Any]:
    if isinstance(query.attributes, UnsetType):
        return {}
    try:
        given = msgspec.json.decode(query.attributes, type=dict[str, Any])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        detail = 'A JSON object, such as {"plan": "gold"}.'
        raise Invalid(errors=[{"field": "attributes", "code": "invalid", "detail": detail}]) from error
    wanted = check_attributes(given=given, known=known)
    if not wanted or None in wanted.values():
        raise Invalid(
            errors=[{"field": "attributes", "code": "invalid", "detail": "A value for each, and one at least."}]
        )
    return wanted
