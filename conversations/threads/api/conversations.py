"""REST of conversations for members. Lists are made of plain rows: they are hot."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from msgspec import UNSET, UnsetType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.definitions.queries import get_names
from conversations.engine.batch import ClientIdReused
from conversations.threads import commands, queries
from conversations.threads.actors import Actor
from conversations.threads.api.shapes import (
    AssignBody,
    ConversationPage,
    ConversationShown,
    ConversationsQuery,
    Posted,
    TextBody,
    shown,
)
from conversations.threads.authentication import get_actor
from conversations.threads.models import ConversationRow
from conversations.threads.rules import AlreadyTaken, ConversationIsResolved, sees_personal
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, describe
from tenants.paging import links, open_window, read_query
from tenants.refusals import NotAllowed

_COMMAND = Described(body=Nothing, answers={200: ConversationShown}, one_transaction=True)


def render_conversation(
    row: ConversationRow, inboxes: dict[str, str], *, personal: bool, full: bool = False
) -> dict[str, Any]:
    """Answer a conversation as the API shows it; without `personal` names and texts are null."""
    return {
        "id": row.id,
        "status": row.status,
        "assignee": row.assignee,
        "contact": _render_contact(row, personal=personal, full=full),
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


def _render_contact(row: ConversationRow, *, personal: bool, full: bool) -> dict[str, Any]:
    contact = row.contact
    said = {
        "id": contact.id,
        "name": contact.name if personal else None,
        "vouched": contact.is_vouched,
        "external_id": contact.external_id if personal else None,
    }
    if not full:
        return said
    known = {"email": contact.email, "phone": contact.phone}
    more = {"created_at": contact.created_at, "merged_into": contact.merged_into}
    return {**said, **more, **(known if personal else dict.fromkeys(known))}


class Conversations(APIView):
    """`/api/v1/conversations`."""

    @describe(Described(answers={200: ConversationPage}, query=ConversationsQuery))
    def get(self, request: Request) -> Response:
        """List conversations, and the position from which the desk topic goes on."""
        actor = _viewer(request)
        query = read_query(request=request, shape=ConversationsQuery)
        filters = _read_filters(query, actor)
        window = open_window(query=query, name=f"conversations {query.order}")
        page, position = queries.get_page(filters=filters, window=window, order=query.order)
        inboxes, personal = get_names(kind="inbox"), sees_personal(actor=actor)
        full = query.expand == "contact"
        results = [render_conversation(row, inboxes, personal=personal, full=full) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page), "position": position})


class OneConversation(APIView):
    """`/api/v1/conversations/{id}`."""

    @describe(Described(answers={200: ConversationShown}))
    def get(self, request: Request, conversation: UUID) -> Response:
        """Show a conversation."""
        return _answer(conversation, _viewer(request))


class Take(APIView):
    """`/api/v1/conversations/{id}/take`."""

    @describe(replace(_COMMAND, refusals=(ConversationIsResolved, AlreadyTaken)))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Answer a conversation from now on."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.take(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Assign(APIView):
    """`/api/v1/conversations/{id}/assign`."""

    @describe(Described(body=AssignBody, answers={200: ConversationShown}, example={"member": None}))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Hand a conversation to somebody, or to nobody."""
        to = read_body(data=request.data, shape=AssignBody).member
        actor = get_actor(request=request)
        commands.assign(conversation=conversation, actor=actor, to=to, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Notes(APIView):
    """`/api/v1/conversations/{id}/notes`."""

    @describe(
        Described(
            body=TextBody,
            answers={201: Posted},
            refusals=(ClientIdReused,),
            example={"id": "crm-1", "text": "Has bought from us since 2019."},
            one_transaction=True,
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Leave an internal note."""
        body = read_body(data=request.data, shape=TextBody)
        recorded = commands.add_note(
            conversation=conversation,
            actor=get_actor(request=request),
            text=body.text,
            client_id=body.id,
            now=datetime.now(UTC),
        )
        return Response(shown(Posted(seq=recorded.seq, position=recorded.position)), status=201)


class Resolve(APIView):
    """`/api/v1/conversations/{id}/resolve`."""

    @describe(_COMMAND)
    def post(self, request: Request, conversation: UUID) -> Response:
        """Call a conversation settled."""
        read_body(data=request.data, shape=Nothing)
        actor = get_actor(request=request)
        commands.resolve(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return _answer(conversation, actor)


class Reopen(APIView):
    """`/api/v1/conversations/{id}/reopen`."""

    @describe(_COMMAND)
    def post(self, request: Request, conversation: UUID) -> Response:
        """Take a conversation up again."""
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


def _read_filters(query: ConversationsQuery, actor: Actor) -> queries.Filters:
    status = None if isinstance(query.status, UnsetType) else query.status
    if query.assignee in (UNSET, "none"):
        return queries.Filters(status=status, unassigned=query.assignee == "none")
    person = actor.id if query.assignee == "me" else UUID(str(query.assignee))
    return queries.Filters(status=status, assignee=person)
