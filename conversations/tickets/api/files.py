"""REST of files of tickets: listing them with links that give them, and adding one."""

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
from conversations.files.asking import FileQuery, read_file
from conversations.files.link import sign_file
from conversations.files.rules import FileNotTaken, FileTooLarge
from conversations.threads.actors import SYSTEM
from conversations.threads.authentication import get_actor
from conversations.threads.rules import sees_personal
from conversations.tickets import filing, queries
from conversations.tickets.api.answering import COMMAND, HANDLING, REFUSALS, SEEING, get_viewer
from conversations.tickets.api.shapes import TicketFileShown, shown
from conversations.tickets.rules.asking import TicketIsFull
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole


class TicketFiles(APIView):
    """`/api/v1/tickets/{id}/files`."""

    @describe(Described(answers={200: Listed[TicketFileShown]}, query=PageQuery, scopes=SEEING))
    def get(self, request: Request, ticket: UUID) -> Response:
        """List the files of a ticket, the first one first. Names and links are null for keys without leave for them."""
        viewer, query = get_viewer(request=request), read_query(request=request, shape=PageQuery)
        queries.get_ticket(ticket=ticket)
        window = open_window(query=query, name=f"ticket files {ticket}")
        page = turn_whole(
            rows=filing.get_files(ticket=ticket), window=window, key=lambda each: (f"{each.position:020}",)
        )
        results = [shown(_file(request, each, personal=viewer.personal)) for each in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        replace(
            COMMAND,
            body=None,
            query=FileQuery,
            takes="application/octet-stream",
            answers={201: TicketFileShown},
            refusals=(*REFUSALS, TicketIsFull, FileTooLarge, FileNotTaken, ClientIdReused),
            kept=False,
            one_transaction=False,
            scopes=HANDLING,
        )
    )
    def post(self, request: Request, ticket: UUID) -> Response:
        """Add a file, which is the request's body, for the ticket's customer to see.

        Of a sort that is taken, by what is in it: pictures, sound, video, PDF, text and office documents.
        """
        actor, (said, data) = get_actor(request=request), read_file(request=request)
        recorded = filing.add_file(
            ticket=ticket, actor=actor, name=said.name, data=data, client_id=said.id, now=datetime.now(UTC)
        )
        return Response(shown(_file(request, recorded, personal=sees_personal(actor=actor))), status=201)


def _file(request: Request, event: Event | Recorded, *, personal: bool) -> TicketFileShown:
    body: dict[str, Any] = event.body
    token = sign_file(subject=UUID(body["ticket"]), file=UUID(body["file"]))
    return TicketFileShown(
        id=UUID(body["file"]),
        name=body["name"] if personal else None,
        media=body["media"],
        size=body["size"],
        author=body["author"],
        sender=None if event.sender == SYSTEM.id else event.sender,
        at=event.at,
        url=request.build_absolute_uri(f"/files/{token}") if personal else None,
    )
