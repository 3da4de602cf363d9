"""REST of what is said in a conversation, and of how far it was read."""

from datetime import UTC, datetime
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.engine.batch import ClientIdReused
from conversations.engine.models import Event
from conversations.threads import commands, queries
from conversations.threads.api.shapes import Message, MessagesQuery, Posted, ReadBody, TextBody, shown
from conversations.threads.authentication import get_actor
from conversations.threads.rules import NotThereYet, sees_personal
from tenants.bodies import read_body
from tenants.describing import Described, Listed, describe
from tenants.paging import links, open_window, read_query
from tenants.refusals import NotAllowed


class Messages(APIView):
    """`/api/v1/conversations/{id}/messages`."""

    @describe(Described(answers={200: Listed[Message]}, query=MessagesQuery))
    def get(self, request: Request, conversation: UUID) -> Response:
        """List what was said."""
        actor = get_actor(request=request)
        if not actor.may("conversations.view"):
            raise NotAllowed
        query = read_query(request=request, shape=MessagesQuery)
        window = open_window(query=query, name=f"messages {conversation}")
        page = queries.get_messages(conversation=conversation, window=window, order=query.order)
        personal = sees_personal(actor=actor)
        results = [shown(_message(row, personal=personal)) for row in page.rows]
        return Response({"results": results, **links(request=request, page=page)})

    @describe(
        Described(
            body=TextBody,
            answers={201: Posted},
            refusals=(ClientIdReused,),
            example={"id": "order-4711-shipped", "text": "Your parcel is on its way."},
            one_transaction=True,
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Say something to the contact; the same `id` again is the same message."""
        body = read_body(data=request.data, shape=TextBody)
        recorded = commands.post_message(
            conversation=conversation,
            actor=get_actor(request=request),
            text=body.text,
            client_id=body.id,
            now=datetime.now(UTC),
        )
        return Response(shown(Posted(seq=recorded.seq, position=recorded.position)), status=201)


class Reads(APIView):
    """`/api/v1/conversations/{id}/read`."""

    @describe(
        Described(body=ReadBody, answers={204: None}, refusals=(NotThereYet,), example={"seq": 2}, one_transaction=True)
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Mark everything up to a message as read by the company."""
        seq = read_body(data=request.data, shape=ReadBody).seq
        commands.mark_read(conversation=conversation, actor=get_actor(request=request), seq=seq, now=datetime.now(UTC))
        return Response(status=204)


def _message(row: Event, *, personal: bool) -> Message:
    return Message(
        id=row.client_id,
        seq=row.seq,
        position=row.position,
        at=row.at,
        author=row.body["author"],
        sender=row.sender,
        name=row.body["name"] if personal else None,
        text=row.body["text"] if personal else None,
        files=list(row.body.get("files", [])),
    )
