"""REST of what is said in a ticket, and of all that happened to it."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.batch import ClientIdReused
from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.threads.actors import SYSTEM
from conversations.threads.authentication import get_actor
from conversations.threads.feed import EventShown, show
from conversations.threads.rules import sees_personal
from conversations.tickets import queries
from conversations.tickets.api.answering import COMMAND, HANDLING, REFUSALS, SEEING, answer, get_viewer
from conversations.tickets.api.shapes import SaidShown, SayBody, shown
from conversations.tickets.commands.changing import acknowledge, comment
from conversations.tickets.events import TicketNoted
from conversations.tickets.rules.changing import NothingToAcknowledge, Said
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query


class TicketComments(APIView):
    """`/api/v1/tickets/{id}/comments`."""

    @describe(Described(answers={200: Listed[SaidShown]}, query=PageQuery, scopes=SEEING))
    def get(self, request: Request, ticket: UUID) -> Response:
        """List what was said, the oldest first; what colleagues say among themselves only to who may read notes."""
        viewer, query = get_viewer(request=request), read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"ticket comments {ticket}")
        page = queries.get_said(ticket=ticket, notes=viewer.notes, window=window)
        results = [shown(_said(row, personal=viewer.personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=SayBody,
            answers={201: SaidShown},
            refusals=(*REFUSALS, ClientIdReused),
            example={"id": "parcel-found", "text": "We have found your parcel."},
            one_transaction=True,
            scopes=HANDLING,
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Say something to the ticket's customer, or among colleagues alone; the same `id` is the same thing again."""
        said, actor = read_body(data=request.data, shape=SayBody), get_actor(request=request)
        recorded = comment(
            ticket=ticket,
            actor=actor,
            said=Said(text=said.text, among_staff=said.among_staff, from_contact=said.from_contact),
            client_id=said.client_id,
            now=datetime.now(UTC),
        )
        return Response(shown(_said(recorded, personal=sees_personal(actor=actor))), status=201)


class AcknowledgeTicket(APIView):
    """`/api/v1/tickets/{id}/acknowledge`."""

    @describe(replace(COMMAND, refusals=(*REFUSALS, NothingToAcknowledge)))
    def post(self, request: Request, ticket: UUID) -> Response:
        """Say that you have heard of what a ticket was escalated for; its ladder stops, for a while or for good."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        acknowledge(ticket=ticket, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class TicketHistory(APIView):
    """`/api/v1/tickets/{id}/history`."""

    @describe(Described(answers={200: Listed[EventShown]}, query=PageQuery, scopes=SEEING))
    def get(self, request: Request, ticket: UUID) -> Response:
        """List all that happened to a ticket, the oldest first; what is for colleagues only to who may read notes."""
        viewer, query = get_viewer(request=request), read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"ticket history {ticket}")
        page = queries.get_history(ticket=ticket, notes=viewer.notes, window=window)
        results = [shown(show(event=_recorded(row), personal=viewer.personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})


def _said(event: Event | Recorded, *, personal: bool) -> SaidShown:
    body: dict[str, Any] = event.body
    return SaidShown(
        id=event.client_id,
        position=event.position,
        at=event.at,
        among_staff=event.kind == TicketNoted.kind,
        author=body.get("author", "member"),
        sender=None if event.sender == SYSTEM.id else event.sender,
        name=body["name"] if personal else None,
        text=body["text"] if personal else None,
    )


def _recorded(row: Event) -> Recorded:
    return Recorded(row.stream, row.seq, row.position, row.kind, row.sender, row.client_id, row.body, row.at)
