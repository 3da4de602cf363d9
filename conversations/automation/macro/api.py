"""REST of macros: applying one to a conversation or a ticket. Macros themselves are definitions."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.automation.applying import MacroRefused, apply_macro
from conversations.automation.rule.actions import Key
from conversations.threads.authentication import get_actor
from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, describe


class MacroBody(Body, frozen=True):
    """Which macro."""

    macro: Key


class Applied(Answer, frozen=True):
    """The macro that was applied."""

    macro: str


APPLYING: Final = Described(
    body=MacroBody,
    answers={200: Applied},
    refusals=(MacroRefused,),
    example={"macro": "hello"},
    one_transaction=True,
    scopes=("conversations.view",),
)


class ConversationMacro(APIView):
    """`/api/v1/conversations/{id}/macro`."""

    @describe(APPLYING)
    def post(self, request: Request, conversation: UUID) -> Response:
        """Apply a macro to a conversation: all of it or nothing, each step with what the caller may do."""
        said, actor, now = read_body(data=request.data, shape=MacroBody), get_actor(request=request), datetime.now(UTC)
        apply_macro(key=said.macro, subject="conversation", id_=conversation, actor=actor, now=now)
        return Response({"macro": said.macro})


class TicketMacro(APIView):
    """`/api/v1/tickets/{id}/macro`."""

    @describe(replace(APPLYING, scopes=("tickets.handle", "tickets.view")))
    def post(self, request: Request, ticket: UUID) -> Response:
        """Apply a macro to a ticket: all of it or nothing, each step with what the caller may do."""
        said, actor, now = read_body(data=request.data, shape=MacroBody), get_actor(request=request), datetime.now(UTC)
        apply_macro(key=said.macro, subject="ticket", id_=ticket, actor=actor, now=now)
        return Response({"macro": said.macro})
