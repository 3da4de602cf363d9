"""REST of duplicates and merging."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.answers import ContactShown, show_contact
from conversations.contacts.asking import Asking, get_asking
from conversations.contacts.commands import ContactGone
from conversations.contacts.merging import commands
from conversations.contacts.merging.answers import DuplicateShown, MergedShown, show_duplicate, show_merged
from conversations.contacts.merging.queries import find_duplicates, get_merged, get_root
from conversations.contacts.merging.rules import AlreadyMerged, NotMerged, OneIsBlocked, TooManyMerged
from conversations.contacts.queries import get_attributes, get_contact, get_contacts
from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.members.permissions import PERSONAL_READ
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole
from tenants.refusals import NotAllowed

_EDIT: Final = ("conversations.view", "contacts.edit")


class ContactMergeBody(Body, frozen=True):
    """As whom the contact is to be shown."""

    into: UUID


class Duplicates(APIView):
    """`/api/v1/contacts/{id}/duplicates`."""

    @describe(
        Described(answers={200: Listed[DuplicateShown]}, query=PageQuery, scopes=("conversations.view", PERSONAL_READ))
    )
    def get(self, request: Request, contact: UUID) -> Response:
        """List who is known by the same address or name, the likeliest first; at most 20."""
        asking = get_asking(request=request)
        if not asking.personal:  # who is told by what two are the same has read it
            raise NotAllowed
        query = read_query(request=request, shape=PageQuery)
        found = dict(enumerate(find_duplicates(contact=contact)))
        window = open_window(query=query, name=f"duplicates {contact}")
        page = turn_whole(rows=found, window=window, key=lambda place: (f"{place:04}",))
        rows, known = get_contacts(contacts=[found[place].contact for place in page.rows]), get_attributes()
        shown = [(found[place], rows[found[place].contact]) for place in page.rows]
        results = [show_duplicate(found=one, row=row, known=known) for one, row in shown]
        return Response({"results": results, **links(request=request, page=page)})


class OneDuplicate(APIView):
    """`/api/v1/contacts/{id}/duplicates/{other}`."""

    @describe(Described(answers={204: None}, refusals=(ContactGone,), scopes=_EDIT))
    def delete(self, request: Request, contact: UUID, other: UUID) -> Response:
        """Say that these two are not the same: they are proposed no more."""
        asking = get_asking(request=request, edits=True)
        commands.dismiss(contact=contact, other=other, who=asking.who, now=datetime.now(UTC))
        return Response(status=204)


class Merged(APIView):
    """`/api/v1/contacts/{id}/merged`."""

    @describe(Described(answers={200: Listed[MergedShown]}, query=PageQuery, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """List whom somebody merged into this contact, or into one of those, the first first."""
        asking = get_asking(request=request)
        query = read_query(request=request, shape=PageQuery)
        get_contact(contact=contact)
        page = turn_whole(
            rows=get_merged(contact=contact),
            window=open_window(query=query, name=f"merged {contact}"),
            key=lambda row: (f"{row.united_at}", str(row.id)),
        )
        known = get_attributes()
        results = [show_merged(row=row, personal=asking.personal, known=known) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class Merge(APIView):
    """`/api/v1/contacts/{id}/merge`."""

    @describe(
        Described(
            body=ContactMergeBody,
            answers={200: ContactShown},
            refusals=(ContactGone, AlreadyMerged, OneIsBlocked, TooManyMerged),
            example={"into": "THE-ID-OF-ANOTHER-CONTACT"},
            one_transaction=True,
            scopes=_EDIT,
        )
    )
    def post(self, request: Request, contact: UUID) -> Response:
        """Show a contact and their conversations as another one; answer that one. Nothing of either is changed."""
        asking = get_asking(request=request, edits=True)
        into = read_body(data=request.data, shape=ContactMergeBody).into
        commands.merge(contact=contact, into=into, who=asking.who, now=datetime.now(UTC))
        return _answer(get_root(contact=into), asking)


class Unmerge(APIView):
    """`/api/v1/contacts/{id}/unmerge`."""

    @describe(
        Described(
            body=Nothing,
            answers={200: ContactShown},
            refusals=(ContactGone, NotMerged),
            one_transaction=True,
            scopes=_EDIT,
        )
    )
    def post(self, request: Request, contact: UUID) -> Response:
        """Take a merge back: the contact, and whoever came with them, are shown as themselves again."""
        read_body(data=request.data, shape=Nothing)
        asking = get_asking(request=request, edits=True)
        commands.unmerge(contact=contact, who=asking.who, now=datetime.now(UTC))
        return _answer(contact, asking)


def _answer(contact: UUID, asking: Asking) -> Response:
    row = get_contact(contact=contact)
    return Response(show_contact(row=row, personal=asking.personal, known=get_attributes()))
