"""REST of what and who belongs to a ticket: other tickets, conversations, members who watch it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.authentication import get_actor
from conversations.tickets.api.answering import COMMAND, answer
from conversations.tickets.api.shapes import LinkBody
from conversations.tickets.commands import belonging
from conversations.tickets.rules.asking import TicketIsFull
from tenants.bodies import Nothing, read_body
from tenants.describing import describe

_PUT: Final = replace(COMMAND, refusals=(*COMMAND.refusals, TicketIsFull))
_DELETE: Final = replace(COMMAND, body=None)


class TicketLinks(APIView):
    """`/api/v1/tickets/{id}/links`."""

    @describe(replace(_PUT, body=LinkBody, example={"to": "THE-ID-OF-ANOTHER-TICKET", "how": "blocks"}))
    def post(self, request: Request, ticket: UUID) -> Response:
        """Say that a ticket has to do with another one; the other one says the same from its own side."""
        said, actor = read_body(data=request.data, shape=LinkBody), get_actor(request=request)
        belonging.link(ticket=ticket, other=said.to, how=said.how, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class OneTicketLink(APIView):
    """`/api/v1/tickets/{id}/links/{other}`."""

    @describe(_DELETE)
    def delete(self, request: Request, ticket: UUID, other: UUID) -> Response:
        """Say that two tickets have nothing to do with each other."""
        actor = get_actor(request=request)
        belonging.unlink(ticket=ticket, other=other, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class TicketConversation(APIView):
    """`/api/v1/tickets/{id}/conversations/{conversation}`."""

    @describe(_PUT)
    def put(self, request: Request, ticket: UUID, conversation: UUID) -> Response:
        """Let a conversation belong to a ticket; it may belong to others, too."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        belonging.link_conversation(ticket=ticket, conversation=conversation, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)

    @describe(_DELETE)
    def delete(self, request: Request, ticket: UUID, conversation: UUID) -> Response:
        """Let a conversation not belong to a ticket any more."""
        actor = get_actor(request=request)
        belonging.unlink_conversation(ticket=ticket, conversation=conversation, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class TicketWatcher(APIView):
    """`/api/v1/tickets/{id}/watchers/{person}`."""

    @describe(_PUT)
    def put(self, request: Request, ticket: UUID, person: UUID) -> Response:
        """Let a member watch a ticket."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        belonging.watch(ticket=ticket, member=person, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)

    @describe(_DELETE)
    def delete(self, request: Request, ticket: UUID, person: UUID) -> Response:
        """Let a member not watch a ticket any more."""
        actor = get_actor(request=request)
        belonging.unwatch(ticket=ticket, member=person, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)
