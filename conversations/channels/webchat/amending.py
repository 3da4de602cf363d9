"""REST of what a visitor makes of messages in a conversation of theirs."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.webchat.authentication import IsVisitor, VisitorToken
from conversations.channels.webchat.commands import VouchingRequired
from conversations.contacts.rules import ContactBlocked
from conversations.engine.batch import StreamBlocked
from conversations.threads.amending import commands
from conversations.threads.amending.rules import MessageIsRecalled, TooLate, TooManyReactions
from conversations.threads.authentication import get_contact
from conversations.threads.words import EditBody, ReactionBody
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, describe

_REFUSALS = (ContactBlocked, VouchingRequired, StreamBlocked)


class VisitorMessage(APIView):
    """`/api/v1/visitors/conversations/{id}/messages/{seq}`."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(
        Described(
            body=EditBody,
            answers={204: None},
            refusals=(*_REFUSALS, TooLate, MessageIsRecalled),
            example={"text": "I meant the green one."},
            one_transaction=True,
        )
    )
    def patch(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Let a message of one's own say something else."""
        text, actor = read_body(data=request.data, shape=EditBody).text, get_contact(request=request)
        commands.edit_message(conversation=conversation, seq=seq, actor=actor, text=text, now=datetime.now(UTC))
        return Response(status=204)


class VisitorRecall(APIView):
    """`/api/v1/visitors/conversations/{id}/messages/{seq}/recall`."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(Described(body=Nothing, answers={204: None}, refusals=(*_REFUSALS, TooLate), one_transaction=True))
    def post(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Take a message of one's own back."""
        read_body(data=request.data, shape=Nothing)
        actor = get_contact(request=request)
        commands.recall_message(conversation=conversation, seq=seq, actor=actor, now=datetime.now(UTC))
        return Response(status=204)


class VisitorReaction(APIView):
    """`/api/v1/visitors/conversations/{id}/messages/{seq}/reactions`."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(
        Described(
            body=ReactionBody,
            answers={204: None},
            refusals=(*_REFUSALS, MessageIsRecalled, TooManyReactions),
            example={"emoji": "👍"},
            one_transaction=True,
        )
    )
    def post(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Put an emoji to a message, or take one's own off again."""
        body, actor = read_body(data=request.data, shape=ReactionBody), get_contact(request=request)
        where: Any = {"conversation": conversation, "seq": seq}
        commands.react(**where, actor=actor, emoji=body.emoji, on=body.on, now=datetime.now(UTC))
        return Response(status=204)
