"""REST of tickets themselves: the list, opening one, looking at it, changing it, merging it into another."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.asking import PersonalFilter
from conversations.contacts.commands import ContactGone
from conversations.terms.beginnings import query_of
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from conversations.threads.reach import get_reached
from conversations.tickets import queries
from conversations.tickets.api.answering import COMMAND, HANDLING, SEEING, answer, get_viewer, render
from conversations.tickets.api.shapes import ChangeBody, CustomerLink, MergeBody, OpenBody, TicketShown, TicketsQuery
from conversations.tickets.approvals.rules import ApprovalIsMissing
from conversations.tickets.commands import belonging, changing
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.customer.commands import NobodysTicket, make_link
from conversations.tickets.rules.asking import TicketIsFull
from conversations.tickets.rules.changing import ChildrenAreOpen, ParentIsClosed, Wanted
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import links, open_window, read_query
from tenants.refusals import Invalid

NOWHERE: Final = UUID(int=0)  # no conversation has this id


class Tickets(APIView):
    """`/api/v1/tickets`."""

    @describe(
        Described(answers={200: Listed[TicketShown]}, query=TicketsQuery, refusals=(PersonalFilter,), scopes=SEEING)
    )
    def get(self, request: Request) -> Response:
        """List tickets."""
        viewer = get_viewer(request=request)
        query = read_query(request=request, shape=TicketsQuery)
        filters = _read_filters(query, viewer.actor)
        if (filters.words or filters.fields) and not viewer.personal:  # who finds something by a guess has read it
            raise PersonalFilter
        page = queries.get_page(filters=filters, window=open_window(query=query, name="tickets"), order=query.order)
        results = render(rows=page.rows, personal=viewer.personal)
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=OpenBody,
            answers={201: TicketShown},
            refusals=(ContactGone, ParentIsClosed, ApprovalIsMissing),
            example={"title": "The parcel came open", "priority": "high"},
            one_transaction=True,
            scopes=HANDLING,
        )
    )
    def post(self, request: Request) -> Response:
        """Open a ticket. Its number follows the last one of its series, without a gap."""
        said, actor = read_body(data=request.data, shape=OpenBody), get_actor(request=request)
        wanted = Wanted(
            title=said.title,
            text=said.text,
            fields=said.fields,
            status=said.status,
            priority=said.priority,
            owner=said.owner,
            team=said.team,
            parent=said.parent,
        )
        ticket = open_ticket(
            actor=actor,
            wanted=wanted,
            type_=said.type,
            contact=said.contact,
            conversation=said.conversation,
            now=datetime.now(UTC),
        )
        return answer(ticket=ticket, actor=actor, status=201)


class OneTicket(APIView):
    """`/api/v1/tickets/{id}`."""

    @describe(Described(answers={200: TicketShown}, scopes=SEEING))
    def get(self, request: Request, ticket: UUID) -> Response:
        """Show a ticket."""
        return answer(ticket=ticket, actor=get_viewer(request=request).actor)

    @describe(
        Described(
            body=ChangeBody,
            answers={200: TicketShown},
            refusals=(*COMMAND.refusals, ChildrenAreOpen, ParentIsClosed, ApprovalIsMissing),
            example={"status": "pending", "priority": "urgent"},
            scopes=HANDLING,
        )
    )
    def patch(self, request: Request, ticket: UUID) -> Response:
        """Change a ticket: what it is about, where it stands, who has it. All of that happens, or nothing."""
        said, actor = read_body(data=request.data, shape=ChangeBody), get_actor(request=request)
        wanted = Wanted(**{name: getattr(said, name) for name in said.__struct_fields__})
        changing.change(ticket=ticket, actor=actor, wanted=wanted, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class MergeTicket(APIView):
    """`/api/v1/tickets/{id}/merge`."""

    @describe(
        replace(
            COMMAND,
            body=MergeBody,
            example={"into": "THE-ID-OF-ANOTHER-TICKET"},
            refusals=(*COMMAND.refusals, ChildrenAreOpen, TicketIsFull),
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Close a ticket and go on in another one, which gets its conversations and those who watch it."""
        said, actor = read_body(data=request.data, shape=MergeBody), get_actor(request=request)
        belonging.merge(ticket=ticket, into=said.into, actor=actor, now=datetime.now(UTC))
        return answer(ticket=ticket, actor=actor)


class LinkForCustomer(APIView):
    """`/api/v1/tickets/{id}/link`."""

    @describe(
        Described(body=Nothing, answers={200: CustomerLink}, refusals=(NobodysTicket,), scopes=HANDLING, kept=False)
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Make a link by which the ticket's customer sees it and answers, for half a year."""
        read_body(data=request.data, shape=Nothing)
        link = make_link(ticket=ticket, actor=get_actor(request=request))
        return Response({"url": request.build_absolute_uri(f"/t/{link}")})


def _read_filters(query: TicketsQuery, actor: Actor) -> queries.Filters:
    names = ("category", "status", "type", "priority", "team", "contact", "conversation", "parent", "settled")
    said: dict[str, Any] = {name: value for name in names if (value := getattr(query, name)) is not UNSET}
    if query.owner not in (UNSET, "none"):
        said["owner"] = actor.id if query.owner == "me" else UUID(str(query.owner))
    if query.approver is not UNSET:
        said["approver"] = actor.id if query.approver == "me" else UUID(str(query.approver))
    if "conversation" in said and not get_reached(conversations=[said["conversation"]], actor=actor):
        said["conversation"] = NOWHERE
    return queries.Filters(
        **said, unowned=query.owner == "none", words=_read_words(query.q), fields=_read_fields(query.fields)
    )


def _read_words(text: str | UnsetType) -> str | None:
    if isinstance(text, UnsetType):
        return None
    words = query_of(text=text)
    if words is None:
        raise Invalid(errors=[{"field": "q", "code": "invalid", "detail": "A word at least."}])
    return words


def _read_fields(text: str | UnsetType) -> dict[str, Any]:
    if isinstance(text, UnsetType):
        return {}
    try:
        return msgspec.json.decode(text, type=dict[str, str | float | bool])
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        detail = 'A JSON object, such as {"order": "4711"}.'
        raise Invalid(errors=[{"field": "fields", "code": "invalid", "detail": detail}]) from error
