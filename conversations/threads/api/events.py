"""The tenant's log as a feed that can be resumed at any position."""

from urllib.parse import urlencode

import msgspec
from django.http import HttpResponse
from msgspec import UnsetType
from rest_framework.request import Request
from rest_framework.views import APIView

from conversations.engine.events import Recorded, get_kinds
from conversations.engine.feed import FeedPage, read_page
from conversations.threads.actors import Actor
from conversations.threads.api.shapes import EventPage, EventsQuery
from conversations.threads.authentication import get_actor
from conversations.threads.feed import EventsCut, conversation_of, kinds_seen, show
from conversations.threads.reach import get_reached, within
from conversations.threads.rules import sees_personal
from tenants.describing import Described, describe
from tenants.paging import read_query
from tenants.refusals import Invalid, NotAllowed


class Events(APIView):
    """`/api/v1/events`."""

    @describe(
        Described(answers={200: EventPage}, query=EventsQuery, refusals=(EventsCut,), scopes=("conversations.view",))
    )
    def get(self, request: Request) -> HttpResponse:
        """Read on in everything that happened; ask again after the answer's `position`.

        Each event is what webhooks have in `data`. Kinds that may not be seen are left out, whether asked for or not.
        Whoever asks after a position that is older than what is kept is refused with `gap`: the positions `from` to
        `to` are gone, and what is left comes after `to`.
        """
        actor = get_actor(request=request)
        if not actor.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=EventsQuery)
        kinds = sorted(_read_kinds(query) & kinds_seen(actor=actor))
        page = _read(kinds, query)
        personal = sees_personal(actor=actor)
        said = EventPage(
            results=[show(event=event, personal=personal) for event in _seen(page.events, actor)],
            next=_link(request, page.position) if page.position < page.head else None,
            previous=None,
            position=page.position,
        )
        # Written at once: a consumer that catches up asks for a thousand events a page.
        return HttpResponse(msgspec.json.encode(said), content_type="application/json")


def _seen(events: list[Recorded], actor: Actor) -> list[Recorded]:
    """Answer those that are of no conversation, or of one that somebody sees now."""
    if within(actor=actor) is None:
        return events
    of = [(event, conversation_of(event=event)) for event in events]
    reached = get_reached(conversations={id_ for _, id_ in of if id_ is not None}, actor=actor)
    return [event for event, id_ in of if id_ is None or id_ in reached]


def _read(kinds: list[str], query: EventsQuery) -> FeedPage:
    """Answer the page; raise EventsCut. Whoever does not say after what begins with what there is."""
    after = 0 if isinstance(query.after, UnsetType) else query.after
    page = read_page(kinds=kinds, after=after, limit=query.limit)
    if page.gap is None:
        return page
    if isinstance(query.after, UnsetType):
        return read_page(kinds=kinds, after=page.first - 1, limit=query.limit)
    raise EventsCut(gap=page.gap)


def _read_kinds(query: EventsQuery) -> frozenset[str]:
    known = frozenset(get_kinds())
    if isinstance(query.kinds, UnsetType):
        return known
    asked = frozenset(query.kinds.split(","))
    if not known >= asked:
        detail = f"One or more of {', '.join(sorted(known))}, parted by commas."
        raise Invalid(errors=[{"field": "kinds", "code": "invalid", "detail": detail}])
    return asked


def _link(request: Request, position: int) -> str:
    params = {**request.query_params.dict(), "after": position}
    return f"{request.build_absolute_uri(request.path)}?{urlencode(params)}"
