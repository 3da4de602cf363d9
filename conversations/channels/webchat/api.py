"""REST of web chat: the visitor's door, and inboxes for those who manage them."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.webchat.authentication import (
    IsVisitor,
    VisitorToken,
    get_visit,
    read_token,
)
from conversations.channels.webchat.commands import (
    VouchingRequired,
    change_inbox,
    get_conversation_to_write_in,
    let_in,
)
from conversations.channels.webchat.newcomers import TooManyVisitors
from conversations.channels.webchat.vouching.token import IdentityExpired, IdentityInvalid
from conversations.contacts.commands import ContactMerged, retire_token
from conversations.contacts.rules import ContactBlocked
from conversations.definitions.commands import DefinitionChanged
from conversations.definitions.inbox.answers import InboxShown, show_inbox
from conversations.definitions.inbox.body import Greeting, window_of
from conversations.definitions.inbox.form import FormField
from conversations.definitions.inbox.queries import Inbox, get_inbox, get_page
from conversations.threads.authentication import get_actor, get_contact
from tenants.bodies import Body, read_body
from tenants.confirming.elsewhere import refuse_elsewhere
from tenants.confirming.refusals import Unconfirmed
from tenants.describing import Answer, Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound


class VisitorBody(Body, frozen=True):
    """The key of the inbox whose widget was opened, and the identity token by which the company's site vouches."""

    inbox: str
    identity: Annotated[str, Meta(max_length=8192)] | msgspec.UnsetType = msgspec.UNSET


class InboxBody(Body, frozen=True):
    """What changes of an inbox; the values are judged by the kind's own struct."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    origins: list[str] | msgspec.UnsetType = msgspec.UNSET
    greeting: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    color: str | msgspec.UnsetType = msgspec.UNSET
    calendar: str | msgspec.UnsetType | None = msgspec.UNSET
    require_vouching: bool | msgspec.UnsetType = msgspec.UNSET
    queue: str | msgspec.UnsetType | None = msgspec.UNSET
    outside_hours: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    form: list[dict[str, Any]] | msgspec.UnsetType = msgspec.UNSET
    edit_window_s: int | msgspec.UnsetType = msgspec.UNSET


class StartBody(Body, frozen=True):
    """What is said before the first message: the language to answer in, and the form's fields by their keys."""

    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?(?![\s\S])")] | None = None
    answers: Annotated[dict[str, Annotated[str, Meta(max_length=2000)]], Meta(max_length=50)] = msgspec.field(
        default_factory=dict
    )


class ContactOf(Answer, frozen=True):
    """The visitor as a contact."""

    id: UUID
    name: str


class InboxSeen(Answer, frozen=True):
    """An inbox as its visitors see it; where they are `queued`, they can ask for their place.

    For `edit_window_s` they may change what they have said.
    """

    name: str
    greeting: Greeting
    color: str
    form: list[FormField]
    queued: bool
    edit_window_s: int


class VisitorShown(Answer, frozen=True):
    """A visitor: the token only when it was made just now, the conversation if there is one to go on with.

    `conversations` are the last ones, the oldest first. The token of a `vouched` visitor lives for a day and is not to
    be kept: the site vouches again.
    """

    token: str | None
    vouched: bool
    contact: ContactOf
    conversation: UUID | None
    conversations: list[UUID]
    inbox: InboxSeen


class Started(Answer, frozen=True):
    """A conversation."""

    id: UUID


class Visitors(APIView):
    """POST /api/v1/visitors: open the widget."""

    authentication_classes = []
    permission_classes = []

    @describe(
        Described(
            body=VisitorBody,
            answers={200: VisitorShown, 201: VisitorShown},
            refusals=(
                NotFound,
                Unconfirmed,
                VouchingRequired,
                IdentityInvalid,
                IdentityExpired,
                TooManyVisitors,
            ),
            example={"inbox": "THE-KEY-OF-AN-INBOX"},
            kept=False,
            while_closed=True,  # who is known may go on reading; the database refuses whoever is new
        )
    )
    def post(self, request: Request) -> Response:
        """Know a visitor again by the token or by the site's word, or give a new token.

        Who shows an anonymous visitor's token and an identity is that visitor: their conversations are joined.
        """
        refuse_elsewhere(request=request._request)  # noqa: SLF001 # DRF's own way down to Django's request
        body = read_body(data=request.data, shape=VisitorBody)
        visitor = let_in(
            inbox=body.inbox,
            token=read_token(request=request),
            identity=body.identity or None,
            now=datetime.now(UTC),
        )
        return Response(
            {
                "token": visitor.token,
                "vouched": visitor.vouched,
                "contact": {"id": visitor.actor.id, "name": visitor.actor.name},
                "conversation": visitor.conversation,
                "conversations": visitor.conversations,
                "inbox": _public(visitor.inbox),
            },
            status=201 if visitor.token else 200,
        )


class VisitorConversation(APIView):
    """POST /api/v1/visitors/conversation: where to write."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(
        Described(
            body=StartBody,
            answers={200: Started},
            refusals=(ContactMerged, ContactBlocked, VouchingRequired),
            one_transaction=True,
        )
    )
    def post(self, request: Request) -> Response:
        """Answer the visitor's conversation; the first time, start it."""
        said = read_body(data=request.data, shape=StartBody)
        conversation = get_conversation_to_write_in(
            contact=get_contact(request=request).id,
            inbox=get_visit(request=request).inbox,
            now=datetime.now(UTC),
            language=said.language,
            answers=said.answers,
        )
        return Response({"id": conversation})


class CurrentVisitor(APIView):
    """DELETE /api/v1/visitors/current: sign out on the company's site."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(Described(answers={204: None}, refusals=(VouchingRequired,)))
    def delete(self, request: Request) -> Response:
        """End the visitor's token: nobody comes in by it any more, and its sockets are closed."""
        retire_token(identity=get_visit(request=request).identity)
        return Response(status=204)


class Inboxes(APIView):
    """GET /api/v1/inboxes."""

    @describe(Described(answers={200: Listed[InboxShown]}, query=PageQuery, scopes=("conversations.view",)))
    def get(self, request: Request) -> Response:
        """List inboxes by name."""
        _check_viewer(request)
        query = read_query(request=request, shape=PageQuery)
        page = get_page(window=open_window(query=query, name="inboxes"))
        results = [show_inbox(inbox=inbox) for inbox in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class OneInbox(APIView):
    """`/api/v1/inboxes/{key}`."""

    @describe(Described(answers={200: InboxShown}, scopes=("conversations.view",)))
    def get(self, request: Request, key: str) -> Response:
        """Show an inbox."""
        _check_viewer(request)
        return Response(show_inbox(inbox=get_inbox(key=key)))

    @describe(
        Described(
            body=InboxBody,
            answers={200: InboxShown},
            refusals=(DefinitionChanged,),
            example={"color": "#0b6e4f", "greeting": {"en": "Hi!", "zh": "您好！"}},
            scopes=("inboxes.manage",),
        )
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change some of it, which publishes a new version."""
        said = msgspec.to_builtins(read_body(data=request.data, shape=InboxBody))
        inbox = change_inbox(key=key, changes=said, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(show_inbox(inbox=inbox))


def _check_viewer(request: Request) -> None:
    if not get_actor(request=request).may("conversations.view"):
        raise NotAllowed


def _public(inbox: Inbox) -> dict[str, Any]:
    body = inbox.body
    return {
        "name": body.name,
        "greeting": msgspec.to_builtins(body.greeting),
        "color": body.color,
        "form": msgspec.to_builtins(body.form or ()),
        "queued": isinstance(body.queue, str),
        "edit_window_s": window_of(inbox=body),
    }
