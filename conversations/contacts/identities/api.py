"""REST of the identities of a contact."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.asking import Asking, get_asking
from conversations.contacts.commands import ContactGone
from conversations.contacts.identities import commands
from conversations.contacts.identities.answers import IdentityShown, show_identity
from conversations.contacts.identities.queries import get_identities
from conversations.contacts.identities.rules import IdentityKind, IdentityTold, TooManyIdentities
from conversations.contacts.merging.queries import get_group
from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.members.permissions import PERSONAL_READ
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole
from tenants.refusals import NotAllowed, NotFound

_EDIT: Final = ("conversations.view", "contacts.edit")


class IdentityBody(Body, frozen=True):
    """By what a contact is known, too, whether somebody made sure of it, and whether it is to be the primary one."""

    kind: IdentityKind
    value: Annotated[str, Meta(max_length=255, pattern=r"\S")]
    verified: bool = False
    primary: bool = False


class Identities(APIView):
    """`/api/v1/contacts/{id}/identities`."""

    @describe(Described(answers={200: Listed[IdentityShown]}, query=PageQuery, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """List by what a contact is known, and whoever was merged into them, the oldest first."""
        asking = get_asking(request=request)
        query = read_query(request=request, shape=PageQuery)
        page = turn_whole(
            rows=get_identities(contacts=get_group(contact=contact)),
            window=open_window(query=query, name=f"identities {contact}"),
            key=lambda row: (row.created_at.isoformat(), str(row.id)),
        )
        results = [show_identity(row=row, personal=asking.personal) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=IdentityBody,
            answers={201: IdentityShown},
            refusals=(ContactGone, TooManyIdentities),
            example={"kind": "email", "value": "lei@example.com"},
            one_transaction=True,
            scopes=(*_EDIT, PERSONAL_READ),
        )
    )
    def post(self, request: Request, contact: UUID) -> Response:
        """Let a contact be known by this, too; what they are known by already may become verified or primary."""
        asking = get_asking(request=request, edits=True)
        if not asking.personal:  # who is told that it was there already has read it
            raise NotAllowed
        said = read_body(data=request.data, shape=IdentityBody)
        who: Any = {"contact": contact, "by": asking.by, "now": datetime.now(UTC)}
        kept = commands.add(kind=said.kind, value=said.value, verified=said.verified, prefer=said.primary, **who)
        return _answer(contact, kept, asking, status=201)


class OneIdentity(APIView):
    """`/api/v1/contacts/{id}/identities/{identity}`."""

    @describe(Described(answers={204: None}, refusals=(ContactGone, IdentityTold), scopes=_EDIT))
    def delete(self, request: Request, contact: UUID, identity: UUID) -> Response:
        """Take an identity away; after the primary one another of its kind follows."""
        asking = get_asking(request=request, edits=True)
        commands.remove(contact=contact, identity=identity, by=asking.by, now=datetime.now(UTC))
        return Response(status=204)


class VerifyIdentity(APIView):
    """`/api/v1/contacts/{id}/identities/{identity}/verify`."""

    @describe(
        Described(
            body=Nothing,
            answers={200: IdentityShown},
            refusals=(ContactGone, IdentityTold),
            one_transaction=True,
            scopes=_EDIT,
        )
    )
    def post(self, request: Request, contact: UUID, identity: UUID) -> Response:
        """Say that you made sure that this is the contact's."""
        read_body(data=request.data, shape=Nothing)
        asking = get_asking(request=request, edits=True)
        commands.verify(contact=contact, identity=identity, by=asking.by, now=datetime.now(UTC))
        return _answer(contact, identity, asking)


class PreferIdentity(APIView):
    """`/api/v1/contacts/{id}/identities/{identity}/prefer`."""

    @describe(
        Described(
            body=Nothing,
            answers={200: IdentityShown},
            refusals=(ContactGone, IdentityTold),
            one_transaction=True,
            scopes=_EDIT,
        )
    )
    def post(self, request: Request, contact: UUID, identity: UUID) -> Response:
        """Let this be the primary one of its kind."""
        read_body(data=request.data, shape=Nothing)
        asking = get_asking(request=request, edits=True)
        commands.prefer(contact=contact, identity=identity, by=asking.by, now=datetime.now(UTC))
        return _answer(contact, identity, asking)


def _answer(contact: UUID, identity: UUID, asking: Asking, *, status: int = 200) -> Response:
    for row in get_identities(contacts=[contact]):
        if row.id == identity:
            return Response(show_identity(row=row, personal=asking.personal), status=status)
    raise NotFound
