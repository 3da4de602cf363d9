"""REST of web chat: the visitor's door, and inboxes for those who manage them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.webchat.authentication import IsVisitor, VisitorToken, read_token
from conversations.channels.webchat.commands import change_inbox, get_conversation_to_write_in, let_in
from conversations.channels.webchat.inbox import Greeting, WebchatInbox
from conversations.channels.webchat.queries import Inbox, get_inboxes
from conversations.definitions.commands import DefinitionChanged
from conversations.threads.authentication import get_actor, get_contact
from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Answer, Described, describe
from tenants.refusals import NotAllowed, NotFound


class VisitorBody(Body, frozen=True):
    """The key of the inbox whose widget was opened."""

    inbox: str


class InboxBody(Body, frozen=True):
    """What changes of an inbox; the values are judged by the kind's own struct."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    origins: list[str] | msgspec.UnsetType = msgspec.UNSET
    greeting: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    color: str | msgspec.UnsetType = msgspec.UNSET
    calendar: str | msgspec.UnsetType | None = msgspec.UNSET


class ContactOf(Answer, frozen=True):
    """The visitor as a contact."""

    id: UUID
    name: str


class InboxSeen(Answer, frozen=True):
    """An inbox as its visitors see it."""

    name: str
    greeting: Greeting
    color: str


class VisitorShown(Answer, frozen=True):
    """A visitor: the token only when it was made just now, the conversation if there is one to go on with."""

    token: str | None
    contact: ContactOf
    conversation: UUID | None
    inbox: InboxSeen


class Started(Answer, frozen=True):
    """A conversation."""

    id: UUID


class InboxShown(WebchatInbox, frozen=True):
    """An inbox as those see it who answer there."""

    key: str
    version: int


class InboxesShown(Answer, frozen=True):
    """All inboxes, by name."""

    results: list[InboxShown]


class Visitors(APIView):
    """POST /api/v1/visitors: open the widget."""

    authentication_classes = []
    permission_classes = []

    @describe(
        Described(
            body=VisitorBody,
            answers={200: VisitorShown, 201: VisitorShown},
            refusals=(NotFound,),
            example={"inbox": "THE-KEY-OF-AN-INBOX"},
            kept=False,
        )
    )
    def post(self, request: Request) -> Response:
        """Know a visitor again by the token, or give a new one."""
        body = read_body(data=request.data, shape=VisitorBody)
        visitor = let_in(inbox=body.inbox, token=read_token(request=request), now=datetime.now(UTC))
        return Response(
            {
                "token": visitor.token,
                "contact": {"id": visitor.actor.id, "name": visitor.actor.name},
                "conversation": visitor.conversation,
                "inbox": _public(visitor.inbox),
            },
            status=201 if visitor.token else 200,
        )


class VisitorConversation(APIView):
    """POST /api/v1/visitors/conversation: where to write."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(Described(body=Nothing, answers={200: Started}, one_transaction=True))
    def post(self, request: Request) -> Response:
        """Answer the visitor's conversation; the first time, start it."""
        read_body(data=request.data, shape=Nothing)
        actor, inbox = get_contact(request=request), str(request.auth)
        conversation = get_conversation_to_write_in(contact=actor.id, inbox=inbox, now=datetime.now(UTC))
        return Response({"id": conversation})


class Inboxes(APIView):
    """GET /api/v1/inboxes."""

    @describe(Described(answers={200: InboxesShown}))
    def get(self, request: Request) -> Response:
        """List inboxes by name."""
        if not get_actor(request=request).may("conversations.view"):
            raise NotAllowed
        return Response({"results": [_full(inbox) for inbox in get_inboxes()]})


class OneInbox(APIView):
    """PATCH /api/v1/inboxes/{key}."""

    @describe(
        Described(
            body=InboxBody,
            answers={200: InboxShown},
            refusals=(DefinitionChanged,),
            example={"color": "#0b6e4f", "greeting": {"en": "Hi!", "zh": "您好！"}},
        )
    )
    def patch(self, request: Request, key: str) -> Response:
        """Change some of it, which publishes a new version."""
        said = msgspec.to_builtins(read_body(data=request.data, shape=InboxBody))
        inbox = change_inbox(key=key, changes=said, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(_full(inbox))


def _public(inbox: Inbox) -> dict[str, Any]:
    body = inbox.body
    return {"name": body.name, "greeting": msgspec.to_builtins(body.greeting), "color": body.color}


def _full(inbox: Inbox) -> dict[str, Any]:
    return {"key": inbox.key, "version": inbox.version, "calendar": None, **msgspec.to_builtins(inbox.body)}
