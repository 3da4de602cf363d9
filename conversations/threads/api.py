"""REST of conversations for members. Lists are made of plain rows: they are hot."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.definitions.queries import get_names
from conversations.threads import commands, queries
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_actor
from conversations.threads.models import ConversationRow
from conversations.threads.rules import sees_personal
from tenants.bodies import Body, Nothing, read_body
from tenants.context import current_tenant
from tenants.refusals import Invalid, NotAllowed

LIMIT: Final = 50
_CURSOR = "yunke.conversations.cursor"
_NUMBER = re.compile(r"[0-9]{1,9}\Z")


class AssignBody(Body, frozen=True):
    """To whom; null gives it back to nobody."""

    member: UUID | None


class NoteBody(Body, frozen=True):
    """A note with the client's own id, which makes it repeatable."""

    id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}\Z")]
    text: Annotated[str, Meta(min_length=1, max_length=8000, pattern=r"^[^\x00]*\S[^\x00]*\Z")]


def render_conversation(row: ConversationRow, inboxes: dict[str, str], *, personal: bool) -> dict[str, Any]:
    """Answer a conversation as the API shows it; without `personal` names and texts are null."""
    return {
        "id": row.id,
        "status": row.status,
        "assignee": row.assignee,
        "contact": {"id": row.contact_id, "name": row.contact.name if personal else None},
        "inbox": {"id": row.inbox, "name": inboxes.get(row.inbox, "")},
        "started_at": row.started_at,
        "last_at": row.last_at,
        "last_text": row.last_text if personal else None,
        "last_author": row.last_author,
        "public_seq": row.public_seq,
        "unread": row.unread,
        "contact_read_seq": row.contact_read_seq,
        "member_read_seq": row.member_read_seq,
    }


class Conversations(APIView):
    """GET /api/v1/conversations?status=&assignee=<id>|me|none&limit=&cursor=."""

    def get(self, request: Request) -> Response:
        """Answer a page, newest first, and the position from which the desk topic goes on."""
        actor = _viewer(request)
        limit = _read_limit(request.query_params.get("limit"))
        before = _read_cursor(request.query_params.get("cursor"))
        rows, position = queries.get_page(filters=_read_filters(request, actor), limit=limit, before=before)
        inboxes = get_names(kind="inbox")
        personal = sees_personal(actor=actor)
        results = [render_conversation(row, inboxes, personal=personal) for row in rows[:limit]]
        following = _next(request, rows[limit - 1]) if len(rows) > limit else None
        return Response({"results": results, "next": following, "previous": None, "position": position})


class OneConversation(APIView):
    """GET /api/v1/conversations/{id}."""

    def get(self, request: Request, conversation: UUID) -> Response:
        """Answer it."""
        return _answer(conversation, _viewer(request))


class Take(APIView):
    """POST /api/v1/conversations/{id}/take."""

    def post(self, request: Request, conversation: UUID) -> Response:
        """Answer from now on."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.take(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Assign(APIView):
    """POST /api/v1/conversations/{id}/assign."""

    def post(self, request: Request, conversation: UUID) -> Response:
        """Hand it to somebody, or to nobody."""
        to = read_body(data=request.data, shape=AssignBody).member
        actor = get_actor(request=request)
        commands.assign(conversation=conversation, actor=actor, to=to, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Notes(APIView):
    """POST /api/v1/conversations/{id}/notes."""

    def post(self, request: Request, conversation: UUID) -> Response:
        """Leave an internal note."""
        body = read_body(data=request.data, shape=NoteBody)
        recorded = commands.add_note(
            conversation=conversation,
            actor=get_actor(request=request),
            text=body.text,
            client_id=body.id,
            now=datetime.now(UTC),
        )
        return Response({"seq": recorded.seq, "position": recorded.position}, status=201)


class Resolve(APIView):
    """POST /api/v1/conversations/{id}/resolve."""

    def post(self, request: Request, conversation: UUID) -> Response:
        """Call it settled."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.resolve(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Reopen(APIView):
    """POST /api/v1/conversations/{id}/reopen."""

    def post(self, request: Request, conversation: UUID) -> Response:
        """Take it up again."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.reopen(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


def _viewer(request: Request) -> Actor:
    actor = get_actor(request=request)
    if not actor.may("conversations.view"):
        raise NotAllowed
    return actor


def _answer(conversation: UUID, actor: Actor) -> Response:
    row, inboxes = queries.get_conversation(conversation=conversation), get_names(kind="inbox")
    return Response(render_conversation(row, inboxes, personal=sees_personal(actor=actor)))


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": "invalid", "detail": detail}])


def _read_limit(text: str | None) -> int:
    if text is None:
        return LIMIT
    if not _NUMBER.match(text) or not 1 <= int(text) <= queries.MOST:
        raise _wrong("limit", f"A number from 1 to {queries.MOST}.")
    return int(text)


def _read_status(text: str | None) -> Literal["open", "resolved"] | None:
    match text:
        case None | "open" | "resolved":
            return text
    raise _wrong("status", "open or resolved.")


def _read_filters(request: Request, actor: Actor) -> queries.Filters:
    status, assignee = _read_status(request.query_params.get("status")), request.query_params.get("assignee")
    if assignee in (None, "none"):
        return queries.Filters(status=status, unassigned=assignee == "none")
    try:
        person = actor.id if assignee == "me" else UUID(assignee)
    except ValueError:
        raise _wrong("assignee", "A member's id, me or none.") from None
    return queries.Filters(status=status, assignee=person)


def _next(request: Request, last: ConversationRow) -> str:
    said = {"t": str(current_tenant().id), "a": last.last_at.isoformat(), "i": str(last.id)}
    params = {**request.query_params.dict(), "cursor": signing.dumps(said, salt=_CURSOR)}
    return f"{request.build_absolute_uri(request.path)}?{urlencode(params)}"


def _read_cursor(text: str | None) -> tuple[datetime, UUID] | None:
    """Answer where a page goes on. A cursor is signed and another tenant's is no cursor."""
    if text is None:
        return None
    try:
        said = signing.loads(text, salt=_CURSOR)
        if said["t"] == str(current_tenant().id):
            return datetime.fromisoformat(said["a"]), UUID(said["i"])
    except signing.BadSignature:
        pass
    raise _wrong("cursor", "This cursor is not valid here.")
