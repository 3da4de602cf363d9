"""Who asks about tickets over REST, and how they are answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from conversations.threads.rules import sees_notes, sees_personal
from conversations.tickets import queries
from conversations.tickets.api.shapes import TicketShown, show_ticket, shown
from conversations.tickets.events import VIEW
from conversations.tickets.models import TicketRow
from conversations.tickets.promises.queries import get_standings
from conversations.tickets.rules.asking import HANDLE, TicketChanged, TicketIsClosed, TicketIsMerged, check_view
from conversations.tickets.types import get_type
from tenants.bodies import Nothing
from tenants.describing import Described

SEEING: Final = (VIEW,)
HANDLING: Final = (VIEW, HANDLE)
REFUSALS: Final = (TicketIsClosed, TicketIsMerged, TicketChanged)
# Most of what is asked of a ticket is answered by the ticket as it is then.
COMMAND: Final = Described(
    body=Nothing, answers={200: TicketShown}, refusals=REFUSALS, one_transaction=True, scopes=HANDLING
)


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member or a key that may see tickets: whether names and texts are shown to them, and what colleagues note."""

    actor: Actor
    personal: bool
    notes: bool


def get_viewer(*, request: Request) -> Viewer:
    """Answer who asks; raise NotAuthenticated, or NotAllowed for who may not see tickets."""
    actor = get_actor(request=request)
    check_view(actor=actor)
    return Viewer(actor, sees_personal(actor=actor), sees_notes(actor=actor))


def answer(*, ticket: UUID, actor: Actor, status: int = 200) -> Response:
    """Answer a ticket as it is now."""
    (one,) = render(rows=[queries.get_ticket(ticket=ticket)], personal=sees_personal(actor=actor))
    return Response(one, status=status)


def render(*, rows: Sequence[TicketRow], personal: bool) -> list[Any]:
    """Answer tickets as they are shown."""
    types = {key: get_type(key=key) for key in {row.type for row in rows}}
    children = queries.count_open_children(parents=[row.id for row in rows])
    promises = get_standings(rows=rows)
    return [
        shown(
            show_ticket(
                row=row,
                body=types[row.type],
                open_children=children.get(row.id, 0),
                promises=promises.get(row.id, ()),
                personal=personal,
            )
        )
        for row in rows
    ]
