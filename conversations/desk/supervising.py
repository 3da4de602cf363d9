"""A supervisor looks into a conversation in silence: its log tells nothing of it, the audit tells all of it."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.audit.commands import record
from conversations.threads.actors import Actor, as_who, of_member
from conversations.threads.queries import get_state
from tenants.audit.noting import Target
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, describe
from tenants.members.authentication import get_member
from tenants.refusals import NotAllowed


class Watch(APIView):
    """`/api/v1/conversations/{id}/watch`."""

    @describe(Described(body=Nothing, answers={204: None}, one_transaction=True))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Look on in silence, for those who may assign. The audit tells of it; contact and agent are not told."""
        read_body(data=request.data, shape=Nothing)
        actor = of_member(member=get_member(request=request))
        watch(conversation=conversation, actor=actor, now=datetime.now(UTC))
        return Response(status=204)


def watch(*, conversation: UUID, actor: Actor, now: datetime) -> None:
    """Note in the audit that somebody looks on; raise NotAllowed or NotFound."""
    if not actor.may("conversations.assign"):
        raise NotAllowed
    with transaction.atomic():
        state = get_state(conversation=conversation)
        target = Target(kind="conversation", id=str(state.id))
        after = {"assignee": None if state.assignee is None else str(state.assignee)}
        record(who=as_who(actor=actor), action="conversation.watched", target=target, now=now, after=after)
