"""REST of a contact's timeline."""

from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.authentication import get_actor
from conversations.threads.feed import EventShown, show
from conversations.threads.rules import sees_personal
from conversations.tickets.events import VIEW
from conversations.timelines.queries import About, get_timeline
from tenants.describing import Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import Invalid, NotAllowed, wrong

_ALL: frozenset[About] = frozenset({"conversation", "ticket", "contact"})


class TimelineQuery(PageQuery, frozen=True):
    """What to show: `about` is one or more of conversation, ticket and contact, parted by commas; left out, all."""

    about: Annotated[str, Meta(max_length=40)] | UnsetType = UNSET


class ContactTimeline(APIView):
    """`/api/v1/contacts/{id}/timeline`."""

    @describe(Described(answers={200: Listed[EventShown]}, query=TimelineQuery, scopes=("conversations.view",)))
    def get(self, request: Request, contact: UUID) -> Response:
        """List what happened with a contact, the newest first: over all conversations, tickets and what is known.

        Each is what the change feed has. What happens all the time (read marks, reactions) is left out, and so are
        conversations beyond one's reach, and kinds that one may not see.
        """
        actor = get_actor(request=request)
        if not actor.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=TimelineQuery)
        about = _read_about(query) if actor.may(VIEW) else _read_about(query) - {"ticket"}
        window = open_window(query=query, name=f"timeline {contact} {actor.id}")
        page = get_timeline(contact=contact, about=about, actor=actor, window=window)
        personal = sees_personal(actor=actor)
        results: Any = msgspec.to_builtins([show(event=event, personal=personal) for event in page.rows])
        return Response({"results": results, **links(request=request, page=page)})


def _read_about(query: TimelineQuery) -> frozenset[About]:
    if isinstance(query.about, UnsetType):
        return _ALL
    asked = frozenset(query.about.split(","))
    if not asked <= _ALL:
        raise Invalid(errors=[wrong(field="about", detail="One or more of conversation, ticket, contact.")])
    return cast("frozenset[About]", asked)
