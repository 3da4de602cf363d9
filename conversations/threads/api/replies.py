"""REST of canned replies as they are offered in a conversation."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.definitions.canned_reply.body import Language
from conversations.threads.api.shapes import shown
from conversations.threads.authentication import get_actor
from conversations.threads.replies import get_replies
from tenants.describing import Answer, Described, Listed, describe
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed


class RepliesQuery(PageQuery, frozen=True):
    """Which: those with all words of `q`. In which language: without one, the contact's own if it is known."""

    q: Annotated[str, Meta(max_length=100)] = ""
    language: Language | UnsetType = UNSET


class ReplyOffered(Answer, frozen=True):
    """A canned reply with its variables filled in; `language` is the one that it is in."""

    key: str
    name: str
    language: str
    text: str


class Replies(APIView):
    """`/api/v1/conversations/{id}/canned-replies`."""

    @describe(
        Described(
            answers={200: Listed[ReplyOffered]},
            query=RepliesQuery,
            scopes=("conversations.view", "conversations.reply", "definitions.view"),
        )
    )
    def get(self, request: Request, conversation: UUID) -> Response:
        """List the canned replies in force by their keys, ready to be sent in this conversation."""
        actor = get_actor(request=request)
        if not actor.may("definitions.view"):
            raise NotAllowed
        query = read_query(request=request, shape=RepliesQuery)
        page = get_replies(
            conversation=conversation,
            actor=actor,
            language=None if query.language is UNSET else query.language,
            search=query.q,
            window=open_window(query=query, name=f"canned {conversation}"),
        )
        results = [shown(ReplyOffered(row.key, row.name, row.language, row.text)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})
