"""REST of what is said in a conversation, to its contact and among colleagues, and of how far it was read."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.batch import ClientIdReused
from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.threads import commands, queries
from conversations.threads.amending.queries import get_amended
from conversations.threads.api.said import show_message
from conversations.threads.api.shapes import (
    Message,
    MessageBody,
    MessagesQuery,
    Note,
    NotesQuery,
    ReadBody,
    shown,
)
from conversations.threads.authentication import get_actor
from conversations.threads.rules import NothingToAnswer, NotThereYet, sees_notes, sees_personal
from tenants.bodies import read_body
from tenants.describing import Described, Listed, describe
from tenants.members.permissions import NOTES_READ
from tenants.paging import links, open_window, read_query
from tenants.refusals import NotAllowed


class Messages(APIView):
    """`/api/v1/conversations/{id}/messages`."""

    @describe(Described(answers={200: Listed[Message]}, query=MessagesQuery, scopes=("conversations.view",)))
    def get(self, request: Request, conversation: UUID) -> Response:
        """List what was said."""
        actor = get_actor(request=request)
        if not actor.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=MessagesQuery)
        window = open_window(query=query, name=f"messages {conversation}")
        page = queries.get_messages(conversation=conversation, window=window, order=query.order)
        personal = sees_personal(actor=actor)
        amended = get_amended(conversation=conversation, seqs=[row.seq for row in page.rows])
        results = [shown(show_message(row=row, amended=amended.get(row.seq), personal=personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=MessageBody,
            answers={201: Message},
            refusals=(ClientIdReused, NothingToAnswer),
            example={"id": "order-4711-shipped", "text": "Your parcel is on its way."},
            one_transaction=True,
            scopes=("conversations.view", "conversations.reply"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Say something to the contact; the same `id` again is the same message.

        `reply_to` is the seq of the message that it answers, if it answers one.
        """
        body, actor = read_body(data=request.data, shape=MessageBody), get_actor(request=request)
        said: Any = {"text": body.text, "client_id": body.client_id, "reply_to": body.quoted}
        recorded = commands.post_message(conversation=conversation, actor=actor, now=datetime.now(UTC), **said)
        amended = get_amended(conversation=conversation, seqs=[recorded.seq]).get(recorded.seq)  # a repeat may be
        message = show_message(row=recorded, amended=amended, personal=sees_personal(actor=actor))
        return Response(shown(message), status=201)


class Notes(APIView):
    """`/api/v1/conversations/{id}/notes`."""

    @describe(Described(answers={200: Listed[Note]}, query=NotesQuery, scopes=("conversations.view", NOTES_READ)))
    def get(self, request: Request, conversation: UUID) -> Response:
        """List what colleagues have noted."""
        actor = get_actor(request=request)
        if not (actor.may("conversations.view") and sees_notes(actor=actor)):
            raise NotAllowed
        query = read_query(request=request, shape=NotesQuery)
        window = open_window(query=query, name=f"notes {conversation}")
        page = queries.get_notes(conversation=conversation, window=window, order=query.order)
        personal = sees_personal(actor=actor)
        results = [shown(_note(row, personal=personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=MessageBody,
            answers={201: Note},
            refusals=(ClientIdReused, NothingToAnswer),
            example={"id": "crm-1", "text": "Has bought from us since 2019."},
            one_transaction=True,
            scopes=("conversations.view", "conversations.note"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Leave an internal note; the same `id` again is the same note. Members whom it names as @name are told."""
        body, actor = read_body(data=request.data, shape=MessageBody), get_actor(request=request)
        said: Any = {"text": body.text, "client_id": body.client_id, "reply_to": body.quoted}
        recorded = commands.add_note(conversation=conversation, actor=actor, now=datetime.now(UTC), **said)
        return Response(shown(_note(recorded, personal=sees_personal(actor=actor))), status=201)


class Reads(APIView):
    """`/api/v1/conversations/{id}/read`."""

    @describe(
        Described(
            body=ReadBody,
            answers={204: None},
            refusals=(NotThereYet,),
            example={"seq": 2},
            one_transaction=True,
            scopes=("conversations.view", "conversations.reply"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Mark everything up to a message as read by the company."""
        seq = read_body(data=request.data, shape=ReadBody).seq
        commands.mark_read(conversation=conversation, actor=get_actor(request=request), seq=seq, now=datetime.now(UTC))
        return Response(status=204)


def _note(row: Event | Recorded, *, personal: bool) -> Note:
    return Note(
        id=row.client_id,
        seq=row.seq,
        position=row.position,
        at=row.at,
        sender=row.sender,
        name=row.body["name"] if personal else None,
        text=row.body["text"] if personal else None,
        mentions=[UUID(str(member)) for member in row.body.get("mentions", ())],
        reply_to=row.body.get("reply_to"),
    )
