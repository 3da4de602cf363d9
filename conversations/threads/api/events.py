"""The tenant's log as a feed that can be resumed at any position."""

from typing import Any
from urllib.parse import urlencode

from msgspec import UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.events import Audience, Recorded, get_kind, get_kinds, get_permission
from conversations.engine.streams import audience_of, subject_of
from conversations.threads import queries
from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.api.shapes import EventPage, EventShown, EventsQuery, shown
from conversations.threads.authentication import get_actor
from conversations.threads.rules import sees_notes, sees_personal
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
        kinds = [kind for kind in _read_kinds(query) if _sees(actor, kind)]
        events, position, head = queries.get_feed(kinds=kinds, after=query.after, limit=query.limit)
        results = [shown(_event(event, personal=sees_personal(actor=actor))) for event in events]
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


def _sees(actor: Actor, kind: str) -> bool:
    permission = get_permission(kind=kind)
    if permission is not None:
        return actor.may(permission)
    return get_kind(kind=kind).audience is Audience.PUBLIC or sees_notes(actor=actor)


def _event(event: Recorded, *, personal: bool) -> EventShown:
    return EventShown(
        position=event.position,
        kind=event.kind,
        audience=audience_of(stream=event.stream),
        conversation=None if get_permission(kind=event.kind) else subject_of(stream=event.stream),
        seq=event.seq,
        at=event.at,
        sender=None if event.sender == SYSTEM.id else event.sender,
        id=event.client_id,
        body=event.body if personal else _blanked(event),
    )


def _blanked(event: Recorded) -> dict[str, Any]:
    personal = get_kind(kind=event.kind).personal
    return {name: None if name in personal else value for name, value in event.body.items()}


def _link(request: Request, position: int) -> str:
    params = {**request.query_params.dict(), "after": position}
    return f"{request.build_absolute_uri(request.path)}?{urlencode(params)}"
