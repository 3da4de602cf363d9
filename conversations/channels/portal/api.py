"""REST of their own tickets for customers: listing them, opening one, looking at it, and what may be done about it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from django.utils import translation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.portal.authentication import ByLink, TicketLink
from conversations.channels.portal.shapes import AddBody, OwnTicket, OwnTicketBody, OwnTicketBrief, show_own
from conversations.channels.webchat.authentication import IsVisitor, VisitorToken
from conversations.contacts.commands import ContactMerged
from conversations.contacts.rules import ContactBlocked
from conversations.engine.batch import ClientIdReused
from conversations.files.asking import FileQuery, read_file
from conversations.files.rules import FileNotTaken, FileTooLarge
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_contact
from conversations.tickets.customer import commands, queries
from conversations.tickets.customer.rules import EscalatedEnough, EscalatedLately, NothingToConfirm, TooLateToReopen
from conversations.tickets.rules.asking import TicketChanged, TicketIsClosed, TicketIsFull, TicketIsMerged
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound
from tenants.tries import TooManyTries

_REFUSALS: Final = (ContactMerged, ContactBlocked, TicketIsClosed, TicketIsMerged, TicketChanged, TooManyTries)
_ACT: Final = Described(body=Nothing, answers={200: OwnTicket}, refusals=_REFUSALS, kept=False)


class _ForCustomers(APIView):
    """What is asked by a visitor's token, or by the link of a ticket."""

    authentication_classes = [VisitorToken, TicketLink]
    permission_classes = [IsVisitor]


class OwnTickets(_ForCustomers):
    """`/api/v1/visitors/tickets`."""

    @describe(Described(answers={200: Listed[OwnTicketBrief]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List one's own tickets, the newest first; by a ticket's link that one alone."""
        query, contact = read_query(request=request, shape=PageQuery), get_contact(request=request)
        window = open_window(query=query, name=f"own tickets {contact.id}")
        only = request.auth.ticket if isinstance(request.auth, ByLink) else None
        page = queries.list_own(contact=contact, only=only, language=_language(), window=window)
        results = [
            OwnTicketBrief(**{name: getattr(row, name) for name in OwnTicketBrief.__struct_fields__})
            for row in page.rows
        ]
        return Response({"results": msgspec.to_builtins(results), **links(request=request, page=page)})

    @describe(
        Described(
            body=OwnTicketBody,
            answers={201: OwnTicket},
            refusals=(ContactMerged, ContactBlocked, TooManyTries),
            example={"title": "The parcel came open"},
            kept=False,
        )
    )
    def post(self, request: Request) -> Response:
        """Open a ticket of a type that customers may open. By a link nobody opens another one."""
        said, contact = read_body(data=request.data, shape=OwnTicketBody), get_contact(request=request)
        if isinstance(request.auth, ByLink):
            raise NotAllowed
        commands.count_act(ticket=contact.id, contact=contact.id)
        ticket = commands.open_own(
            contact=contact,
            type_=said.type,
            title=said.title,
            text=said.text,
            fields=said.fields,
            now=datetime.now(UTC),
        )
        return _answer(request, ticket, contact, status=201)


class OneOwnTicket(_ForCustomers):
    """`/api/v1/visitors/tickets/{id}`."""

    @describe(Described(answers={200: OwnTicket}))
    def get(self, request: Request, ticket: UUID) -> Response:
        """Show where a matter stands, and what was said."""
        return _answer(request, ticket, _whose(request, ticket))


class OwnTicketComments(_ForCustomers):
    """`/api/v1/visitors/tickets/{id}/comments`."""

    @describe(
        replace(
            _ACT,
            body=AddBody,
            answers={201: OwnTicket},
            refusals=(*_REFUSALS, TooLateToReopen, ClientIdReused),
            example={"id": "the-colour", "text": "The blue one"},
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Say something. What waited for that, or was solved, is open again."""
        said = read_body(data=request.data, shape=AddBody)

        def act(contact: Actor, now: datetime) -> None:
            commands.answer(ticket=ticket, contact=contact, text=said.text, client_id=said.client_id, now=now)

        return _do(request, ticket, act, status=201)


class OwnTicketFiles(_ForCustomers):
    """`/api/v1/visitors/tickets/{id}/files`."""

    @describe(
        replace(
            _ACT,
            body=None,
            query=FileQuery,
            takes="application/octet-stream",
            answers={201: OwnTicket},
            refusals=(*_REFUSALS, TooLateToReopen, TicketIsFull, FileTooLarge, FileNotTaken, ClientIdReused),
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Add a file, which is the request's body: of a sort that is taken, by what is in it."""
        said, data = read_file(request=request)

        def act(contact: Actor, now: datetime) -> None:
            commands.add_file(ticket=ticket, contact=contact, name=said.name, data=data, client_id=said.id, now=now)

        return _do(request, ticket, act, status=201)


class EscalateOwnTicket(_ForCustomers):
    """`/api/v1/visitors/tickets/{id}/escalate`."""

    @describe(replace(_ACT, refusals=(*_REFUSALS, EscalatedEnough, EscalatedLately)))
    def post(self, request: Request, ticket: UUID) -> Response:
        """Want somebody else to look at it: the next step of its ladder is taken at once."""
        read_body(data=request.data, shape=Nothing)
        return _do(request, ticket, lambda contact, now: commands.escalate(ticket=ticket, contact=contact, now=now))


class ConfirmOwnTicket(_ForCustomers):
    """`/api/v1/visitors/tickets/{id}/confirm`."""

    @describe(replace(_ACT, refusals=(*_REFUSALS, NothingToConfirm)))
    def post(self, request: Request, ticket: UUID) -> Response:
        """Say that what is solved is settled indeed."""
        read_body(data=request.data, shape=Nothing)
        return _do(request, ticket, lambda contact, now: commands.confirm(ticket=ticket, contact=contact, now=now))


class ReopenOwnTicket(_ForCustomers):
    """`/api/v1/visitors/tickets/{id}/reopen`."""

    @describe(replace(_ACT, refusals=(*_REFUSALS, NothingToConfirm, TooLateToReopen)))
    def post(self, request: Request, ticket: UUID) -> Response:
        """Say that what is solved is not settled."""
        read_body(data=request.data, shape=Nothing)
        return _do(request, ticket, lambda contact, now: commands.reopen(ticket=ticket, contact=contact, now=now))


def _do(request: Request, ticket: UUID, act: Callable[[Actor, datetime], None], *, status: int = 200) -> Response:
    """Do something about a ticket, of which one does so many a minute; answer how it stands then."""
    contact = _whose(request, ticket)
    commands.count_act(ticket=ticket, contact=contact.id)
    act(contact, datetime.now(UTC))
    return _answer(request, ticket, contact, status=status)


def _whose(request: Request, ticket: UUID) -> Actor:
    """Answer whose it is who asks; raise NotFound for whoever came by the link of another one."""
    if isinstance(request.auth, ByLink) and request.auth.ticket != ticket:
        raise NotFound
    return get_contact(request=request)


def _answer(request: Request, ticket: UUID, contact: Actor, *, status: int = 200) -> Response:
    seen = queries.see(ticket=ticket, contact=contact, language=_language(), now=datetime.now(UTC))
    shown: dict[str, Any] = show_own(ticket=ticket, seen=seen, address=request.build_absolute_uri("/"))
    return Response(shown, status=status)


def _language() -> str:
    return "zh" if (translation.get_language() or "en").startswith("zh") else "en"
