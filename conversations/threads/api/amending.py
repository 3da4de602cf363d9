"""REST of what becomes of a message: edited, recalled, reacted to, and what it said before."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.batch import StreamBlocked
from conversations.threads.actors import Actor
from conversations.threads.amending import commands
from conversations.threads.amending.queries import get_former
from conversations.threads.amending.rules import MessageIsRecalled, TooLate, TooManyReactions
from conversations.threads.api.said import show_message
from conversations.threads.api.shapes import Message, Original, OriginalTexts, shown
from conversations.threads.authentication import get_actor
from conversations.threads.rules import sees_personal
from conversations.threads.words import EditBody, ReactionBody
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, describe

_SCOPES = ("conversations.view", "conversations.reply")


class OneMessage(APIView):
    """`/api/v1/conversations/{id}/messages/{seq}`."""

    @describe(
        Described(
            body=EditBody,
            answers={200: Message},
            refusals=(TooLate, MessageIsRecalled, StreamBlocked),
            example={"text": "Your parcel leaves tomorrow."},
            one_transaction=True,
            scopes=_SCOPES,
        )
    )
    def patch(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Let a message of your own say something else; possible for as long as its inbox allows.

        What it said before is taken out of the change feed, of webhooks that were not sent yet, and of every list.
        """
        body, actor = read_body(data=request.data, shape=EditBody), get_actor(request=request)
        where: Any = {"conversation": conversation, "seq": seq}
        return _answer(commands.edit_message(**where, actor=actor, text=body.text, now=datetime.now(UTC)), actor)


class Recall(APIView):
    """`/api/v1/conversations/{id}/messages/{seq}/recall`."""

    @describe(
        Described(
            body=Nothing,
            answers={200: Message},
            refusals=(TooLate, StreamBlocked),
            one_transaction=True,
            scopes=_SCOPES,
        )
    )
    def post(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Take a message back: your own for as long as its inbox allows, those of others if you may."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        where: Any = {"conversation": conversation, "seq": seq}
        return _answer(commands.recall_message(**where, actor=actor, now=datetime.now(UTC)), actor)


class React(APIView):
    """`/api/v1/conversations/{id}/messages/{seq}/reactions`."""

    @describe(
        Described(
            body=ReactionBody,
            answers={200: Message},
            refusals=(MessageIsRecalled, TooManyReactions, StreamBlocked),
            example={"emoji": "👍"},
            one_transaction=True,
            scopes=_SCOPES,
        )
    )
    def post(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Put an emoji to a message, or take yours off again."""
        body, actor = read_body(data=request.data, shape=ReactionBody), get_actor(request=request)
        where: Any = {"conversation": conversation, "seq": seq}
        said = commands.react(**where, actor=actor, emoji=body.emoji, on=body.on, now=datetime.now(UTC))
        return _answer(said, actor)


class MessageOriginals(APIView):
    """`/api/v1/conversations/{id}/messages/{seq}/originals`."""

    @describe(Described(answers={200: OriginalTexts}, scopes=None))
    def get(self, request: Request, conversation: UUID, seq: int) -> Response:
        """Show what a message said before it was edited or recalled; takes the permission `conversations.originals`."""
        found = get_former(conversation=conversation, seq=seq, actor=get_actor(request=request))
        return Response(shown(OriginalTexts(originals=[Original(each.text, each.at) for each in found])))


def _answer(said: commands.Amended, actor: Actor) -> Response:
    event, amended = said
    return Response(shown(show_message(row=event, amended=amended, personal=sees_personal(actor=actor))))
