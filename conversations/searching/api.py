"""REST of search, for members and keys that see conversations or tickets."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.asking import PersonalFilter
from conversations.searching.answers import FoundPage, show
from conversations.searching.candidates import Assigned, Filters
from conversations.searching.queries import Type, search
from conversations.searching.rules.changes import Sort
from conversations.terms.text import WORD
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from conversations.threads.reach import within
from conversations.threads.rules import sees_notes, sees_personal
from conversations.threads.words import Assignee
from conversations.tickets.events import VIEW
from tenants.describing import Described, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import Invalid, NotAllowed

Moment = Annotated[datetime, Meta(tz=True)]
Status = Literal["open", "resolved", "new", "pending", "on_hold", "solved", "closed"]


class SearchQuery(PageQuery, frozen=True, kw_only=True, rename={"since": "from", "until": "to"}):
    """What is looked for, and where.

    `q` are words in any order, or a question; what stands in quotation marks must be there as it stands. `type` is
    what is to be found; left out: all. `from` is the first moment, `to` the first that is too late. `agent` has the
    conversation or ticket: a member's id, `me` or `none`. `status` is a conversation's, or a ticket's category. `inbox`
    and `tag` are conversations' alone; with any of these four no contact is found.
    """

    q: Annotated[str, Meta(min_length=1, max_length=400)]
    type: Type | UnsetType = UNSET
    since: Moment | UnsetType = UNSET
    until: Moment | UnsetType = UNSET
    inbox: Annotated[str, Meta(min_length=1, max_length=64)] | UnsetType = UNSET
    agent: Assignee | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    tag: Annotated[str, Meta(min_length=1, max_length=40)] | UnsetType = UNSET


class Search(APIView):
    """`/api/v1/search`."""

    @describe(
        Described(
            answers={200: FoundPage}, query=SearchQuery, refusals=(PersonalFilter,), scopes=("conversations.view",)
        )
    )
    def get(self, request: Request) -> Response:
        """Find conversations by what was said in them, contacts, and tickets.

        Colleagues' notes are found by who may read them. Of very common words only the newest texts are looked at;
        then the answer says `capped`.
        """
        actor = get_actor(request=request)
        types = _types(actor)
        query = read_query(request=request, shape=SearchQuery)
        if not WORD.search(query.q):
            raise Invalid(errors=[{"field": "q", "code": "invalid", "detail": "A word at least."}])
        if not sees_personal(actor=actor):  # who finds something by a guess has read it
            raise PersonalFilter
        wanted = types if isinstance(query.type, UnsetType) else types & {query.type}
        window = open_window(query=query, name=f"search {actor.id}")
        found = search(text=query.q, types=wanted, filters=_read_filters(query, actor, wanted), window=window)
        results = show(hits=found.page.rows, asked=found.asked)
        said = FoundPage(results=results, capped=found.capped, **links(request=request, page=found.page))
        return Response(msgspec.to_builtins(said))


def _types(actor: Actor) -> frozenset[Type]:
    """Answer what somebody may find at all; refuse who may find nothing."""
    types: set[Type] = {"conversation", "contact"} if actor.may("conversations.view") else set()
    if actor.may(VIEW):
        types.add("ticket")
    if not types:
        raise NotAllowed
    return frozenset(types)


def _read_filters(query: SearchQuery, actor: Actor, types: frozenset[Type]) -> Filters:
    given: Any = {name: getattr(query, name) for name in ("since", "until", "inbox", "status", "tag")}
    said = {name: value for name, value in given.items() if value is not UNSET}
    return Filters(sorts=_sorts(actor, types), agent=_agent(query, actor), within=within(actor=actor), **said)


def _sorts(actor: Actor, types: frozenset[Type]) -> frozenset[Sort]:
    """Answer which texts somebody may find: what colleagues note only who may read that."""
    notes = sees_notes(actor=actor)
    sorts: set[Sort] = set()
    if "conversation" in types:
        sorts |= {Sort.MESSAGE, Sort.NOTE} if notes else {Sort.MESSAGE}
    if "ticket" in types:
        sorts |= {Sort.TICKET, Sort.COMMENT, Sort.REMARK} if notes else {Sort.TICKET, Sort.COMMENT}
    return frozenset(sorts)


def _agent(query: SearchQuery, actor: Actor) -> Assigned:
    if isinstance(query.agent, UnsetType):
        return None
    if query.agent == "none":
        return "none"
    return actor.id if query.agent == "me" else UUID(query.agent)
