"""REST of two answering in one conversation: inviting, what one is invited to, joining, declining, leaving."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.desk import conference
from conversations.desk.queries import find_company
from conversations.desk.rules.conference import NotInvited
from conversations.desk.rules.offers import AtCapacity
from conversations.threads.authentication import get_actor
from conversations.threads.rules import ConversationIsResolved
from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole


class InviteBody(Body, frozen=True):
    """Whom to ask to come, and words for them."""

    agent: UUID
    words: Annotated[str, Meta(max_length=2000)] = ""


class AskedToJoin(Answer, frozen=True):
    """A conversation that one is invited to."""

    conversation: UUID


_COMMAND = Described(body=Nothing, answers={204: None}, one_transaction=True)


class Invite(APIView):
    """`/api/v1/conversations/{id}/invite`."""

    @describe(
        Described(
            body=InviteBody,
            answers={204: None},
            refusals=(ConversationIsResolved,),
            example={"agent": "THE-ID-OF-A-COLLEAGUE", "words": "Could you look at the invoice?"},
            one_transaction=True,
            scopes=("conversations.view", "conversations.assign"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Ask a colleague to answer in a conversation, too. Whoever has it keeps it."""
        said, now = read_body(data=request.data, shape=InviteBody), datetime.now(UTC)
        actor = get_actor(request=request)
        conference.invite(conversation=conversation, actor=actor, to=said.agent, words=said.words, now=now)
        return Response(status=204)


class OwnInvitations(APIView):
    """`/api/v1/me/invitations`."""

    @describe(Described(query=PageQuery, answers={200: Listed[AskedToJoin]}))
    def get(self, request: Request) -> Response:
        """List the conversations that you are asked to join, by their ids."""
        member = get_member(request=request)
        window = open_window(query=read_query(request=request, shape=PageQuery), name="invited")
        rows = sorted(find_company(member=member.person_id, invited=True), key=str)
        page = turn_whole(rows=rows, window=window, key=lambda row: (str(row),))
        results = [msgspec.to_builtins(AskedToJoin(conversation=row)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


class Join(APIView):
    """`/api/v1/conversations/{id}/join`."""

    @describe(replace(_COMMAND, refusals=(NotInvited, AtCapacity)))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Answer, too, where you are asked to. It takes room of yours until you leave or it is resolved."""
        read_body(data=request.data, shape=Nothing)
        conference.join(conversation=conversation, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(status=204)


class DeclineInvitation(APIView):
    """`/api/v1/conversations/{id}/decline-invitation`."""

    @describe(replace(_COMMAND, refusals=(NotInvited,)))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Say that you do not come."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        conference.decline_invitation(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return Response(status=204)


class Leave(APIView):
    """`/api/v1/conversations/{id}/leave`."""

    @describe(_COMMAND)
    def post(self, request: Request, conversation: UUID) -> Response:
        """Leave a conversation that you have joined. Whoever has it goes on."""
        read_body(data=request.data, shape=Nothing)
        conference.leave(conversation=conversation, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(status=204)
