"""REST of what is done in a ticket: its checklist, and the time that goes into it."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from msgspec import UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.authentication import get_actor
from conversations.tickets import queries
from conversations.tickets.api.answering import COMMAND, HANDLING, REFUSALS, SEEING, answer, get_viewer
from conversations.tickets.api.shapes import EntryShown, ItemBody, ItemChange, TicketShown, TimeBody, shown
from conversations.tickets.commands import changing
from conversations.tickets.projections import as_ticket
from conversations.tickets.rules.asking import TicketIsFull
from tenants.bodies import read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole


class TicketChecklist(APIView):
    """`/api/v1/tickets/{id}/checklist`."""

    @describe(
        replace(
            COMMAND,
            body=ItemBody,
            answers={201: TicketShown},
            example={"text": "Call the carrier"},
            refusals=(*REFUSALS, TicketIsFull),
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Put a point on the checklist, at its end."""
        said, actor = read_body(data=request.data, shape=ItemBody), get_actor(request=request)
        changing.add_item(ticket=ticket, actor=actor, text=said.text, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor, status=201)


class OneTicketItem(APIView):
    """`/api/v1/tickets/{id}/checklist/{item}`."""

    @describe(replace(COMMAND, body=ItemChange, example={"done": True}))
    def patch(self, request: Request, ticket: UUID, item: UUID) -> Response:
        """Say that a point is done or not, or in other words."""
        said, actor = read_body(data=request.data, shape=ItemChange), get_actor(request=request)
        text = None if isinstance(said.text, UnsetType) else said.text
        done = None if isinstance(said.done, UnsetType) else said.done
        changing.change_item(ticket=ticket, item=item, actor=actor, text=text, done=done, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)

    @describe(replace(COMMAND, body=None))
    def delete(self, request: Request, ticket: UUID, item: UUID) -> Response:
        """Take a point off the checklist."""
        actor = get_actor(request=request)
        changing.remove_item(ticket=ticket, item=item, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class TicketTimes(APIView):
    """`/api/v1/tickets/{id}/time`."""

    @describe(Described(answers={200: Listed[EntryShown]}, query=PageQuery, scopes=SEEING))
    def get(self, request: Request, ticket: UUID) -> Response:
        """List the time that went into a ticket, the first entry first."""
        viewer, query = get_viewer(request=request), read_query(request=request, shape=PageQuery)
        rows = as_ticket(row=queries.get_ticket(ticket=ticket)).times
        window = open_window(query=query, name=f"ticket time {ticket}")
        page = turn_whole(rows=rows, window=window, key=lambda each: (str(each.id),))
        results = [
            shown(
                EntryShown(
                    id=each.id,
                    amount=each.amount,
                    unit=each.unit,
                    text=each.text if viewer.personal else None,
                    member=each.member,
                )
            )
            for each in page.rows
        ]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        replace(
            COMMAND,
            body=TimeBody,
            answers={201: TicketShown},
            example={"amount": 25, "unit": "minute", "text": "On the phone"},
            refusals=(*REFUSALS, TicketIsFull),
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Write down time that went into a ticket; a member's is theirs."""
        said, actor = read_body(data=request.data, shape=TimeBody), get_actor(request=request)
        changing.log_time(
            ticket=ticket, actor=actor, amount=said.amount, unit=said.unit, text=said.text, now=datetime.now(UTC)
        )
        return answer(ticket=ticket, actor=actor, status=201)


class OneTicketTime(APIView):
    """`/api/v1/tickets/{id}/time/{entry}`."""

    @describe(replace(COMMAND, body=None, scopes=HANDLING))
    def delete(self, request: Request, ticket: UUID, entry: UUID) -> Response:
        """Take an entry of time back."""
        actor = get_actor(request=request)
        changing.remove_time(ticket=ticket, entry=entry, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)
