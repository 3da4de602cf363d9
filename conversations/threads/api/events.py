"""The tenant's log as a feed that can be resumed at any position."""

from urllib.parse import urlencode

from msgspec import UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.events import get_kinds
from conversations.threads import queries
from conversations.threads.api.shapes import EventPage, EventsQuery, shown
from conversations.threads.authentication import get_actor
from conversations.threads.feed import sees, show
from conversations.threads.rules import sees_personal
from tenants.describing import Described, describe
from tenants.paging import read_query
from tenants.refusals import Invalid, NotAllowed


class Events(APIView):
    """`/api/v1/events`."""

    @describe(Described(answers={200: EventPage}, query=EventsQuery, scopes=("conversations.view",)))
    def get(self, request: Request) -> Response:
        """Read on in everything that happened; ask again after the answer's `position`."""
        actor = get_actor(request=request)
        if not actor.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=EventsQuery)
        kinds = [kind for kind in _read_kinds(query) if sees(actor=actor, kind=kind)]
        events, position, head = queries.get_feed(kinds=kinds, after=query.after, limit=query.limit)
        results = [shown(show(event=event, personal=sees_personal(actor=actor))) for event in events]
        following = _link(request, position) if position < head else None
        return Response({"results": results, "next": following, "previous": None, "position": position})


def _read_kinds(query: EventsQuery) -> list[str]:
    known = get_kinds()
    if isinstance(query.kinds, UnsetType):
        return sorted(known)
    asked = query.kinds.split(",")
    if not known.keys() >= set(asked):
        detail = f"One or more of {', '.join(sorted(known))}, parted by commas."
        raise Invalid(errors=[{"field": "kinds", "code": "invalid", "detail": detail}])
    return asked


def _link(request: Request, position: int) -> str:
    params = {**request.query_params.dict(), "after": position}
    return f"{request.build_absolute_uri(request.path)}?{urlencode(params)}"
