"""REST of one's own drafts: kept here so that they survive a reload and are on one's other devices. Nobody else's."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.actors import of_member
from conversations.threads.api.shapes import Seq, shown
from conversations.threads.drafting.commands import Written, keep_draft
from conversations.threads.drafting.queries import Draft, Kind, get_draft, get_drafts
from conversations.threads.queries import get_state
from conversations.threads.rules import check_view
from tenants.bodies import Body, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.paging import PageQuery, links, open_window, read_query
from tenants.refusals import NotAllowed, NotFound


class KeepDraftBody(Body, frozen=True):
    """What is written now, in answer to which message; empty once it was sent or given up.

    It holds if `version` is higher than that of what is kept.
    """

    text: Annotated[str, Meta(max_length=8000)]
    version: Annotated[int, Meta(ge=1, le=2**53)]
    reply_to: Seq | UnsetType | None = UNSET


class DraftShown(Answer, frozen=True):
    """A draft of yours as it is kept; `version` is 0 where none ever was."""

    conversation: UUID
    kind: Kind
    text: str
    reply_to: int | None
    version: int


class Drafts(APIView):
    """`/api/v1/me/drafts`."""

    @describe(Described(answers={200: Listed[DraftShown]}, query=PageQuery))
    def get(self, request: Request) -> Response:
        """List what you are writing."""
        member = get_member(request=request)
        if not member.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=PageQuery)
        window = open_window(query=query, name=f"drafts {member.person_id}")
        page = get_drafts(member=member.person_id, window=window)
        return Response({"results": [_shown(row) for row in page.rows], **links(request=request, page=page)})


class OneDraft(APIView):
    """`/api/v1/me/drafts/{conversation}/{kind}`."""

    @describe(Described(answers={200: DraftShown}))
    def get(self, request: Request, conversation: UUID, kind: str) -> Response:
        """Show what you are writing in a conversation: the kind is `answer` or `note`."""
        actor = of_member(member=get_member(request=request))
        found = _kind(kind)
        check_view(contact=get_state(conversation=conversation).contact, actor=actor)
        return Response(_shown(get_draft(conversation=conversation, kind=found, member=actor.id)))

    @describe(Described(body=KeepDraftBody, answers={200: DraftShown}, example={"text": "Dear", "version": 1}))
    def put(self, request: Request, conversation: UUID, kind: str) -> Response:
        """Keep what you are writing, unless something newer is kept; answer what holds."""
        actor = of_member(member=get_member(request=request))
        said, found = read_body(data=request.data, shape=KeepDraftBody), _kind(kind)
        reply_to = None if isinstance(said.reply_to, UnsetType) else said.reply_to
        written = Written(text=said.text, reply_to=reply_to, version=said.version)
        now = datetime.now(UTC)
        return Response(
            _shown(keep_draft(conversation=conversation, kind=found, actor=actor, written=written, now=now))
        )


def _kind(text: str) -> Kind:
    if text == "answer":
        return "answer"
    if text == "note":
        return "note"
    raise NotFound


def _shown(draft: Draft) -> object:
    return shown(DraftShown(draft.conversation, draft.kind, draft.text, draft.reply_to, draft.version))
