"""REST of approvals of tickets: asking for one, answering it, taking it back."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from msgspec import UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.authentication import get_actor
from conversations.tickets.api.answering import COMMAND, REFUSALS, SEEING
from conversations.tickets.api.answering import answer as answer_ticket
from conversations.tickets.api.shapes import TicketShown
from conversations.tickets.approvals.commands import answer, ask, withdraw
from conversations.tickets.approvals.rules import ApprovalIsAsked, NotAsked
from conversations.tickets.approvals.shapes import AnswerApprovalBody, AskApprovalBody
from conversations.tickets.rules.asking import TicketIsFull
from tenants.bodies import read_body
from tenants.describing import describe

_ASKING: Final = (*REFUSALS, TicketIsFull, ApprovalIsAsked)


class TicketApprovals(APIView):
    """`/api/v1/tickets/{id}/approvals`."""

    @describe(
        replace(
            COMMAND,
            body=AskApprovalBody,
            answers={201: TicketShown},
            refusals=_ASKING,
            example={"title": "Goodwill", "approvers": [{"role": "supervisor"}], "within": 240, "text": "30 EUR back"},
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Ask for an approval. Whoever asks is not asked; a status that demands it is gone on to when it is granted."""
        said, actor = read_body(data=request.data, shape=AskApprovalBody), get_actor(request=request)
        key = None if isinstance(said.key, UnsetType) else said.key
        ask(ticket=ticket, actor=actor, key=key, rule=said.rule, text=said.text, now=datetime.now(UTC))
        return answer_ticket(ticket=ticket, actor=actor, status=201)


class OneTicketApproval(APIView):
    """`/api/v1/tickets/{id}/approvals/{approval}`."""

    @describe(replace(COMMAND, body=None))
    def delete(self, request: Request, ticket: UUID, approval: UUID) -> Response:
        """Ask nobody for it any more; what is decided stays."""
        actor = get_actor(request=request)
        withdraw(ticket=ticket, approval=approval, actor=actor, now=datetime.now(UTC))
        return answer_ticket(ticket=ticket, actor=actor)


class AnswerTicketApproval(APIView):
    """`/api/v1/tickets/{id}/approvals/{approval}/answer`."""

    @describe(
        replace(
            COMMAND,
            body=AnswerApprovalBody,
            refusals=(*REFUSALS, NotAsked),
            example={"approves": True, "text": "Once"},
            scopes=SEEING,
        )
    )
    def post(self, request: Request, ticket: UUID, approval: UUID) -> Response:
        """Agree or not, as one of those who are asked now. It needs no leave to handle tickets."""
        said, actor = read_body(data=request.data, shape=AnswerApprovalBody), get_actor(request=request)
        now = datetime.now(UTC)
        answer(ticket=ticket, approval=approval, actor=actor, approves=said.approves, text=said.text, now=now)
        return answer_ticket(ticket=ticket, actor=actor)
