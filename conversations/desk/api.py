"""REST of the desk: queues as they are now, what one is offered, accepting, declining and handing on."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.desk import commands, states
from conversations.desk.queue import Key
from conversations.desk.rules.offers import AtCapacity, OfferGone
from conversations.threads.authentication import get_actor
from conversations.threads.reach import Reach, reach_of
from conversations.threads.rules import ConversationIsResolved
from tenants.bodies import Body, Nothing, read_body
from tenants.describing import Answer, Described, Listed, describe
from tenants.members.authentication import get_member
from tenants.paging import PageQuery, links, open_window, read_query, turn_whole
from tenants.refusals import Invalid, NotAllowed

Words = Annotated[str, Meta(max_length=2000)]


class AgentState(Answer, frozen=True):
    """Somebody who serves a queue: their state, how many points they have taken and have."""

    member: UUID
    name: str
    state: str
    load: int
    capacity: int


class QueueState(Answer, frozen=True):
    """A queue now: how many wait, are being offered and are with an agent, and the longest wait in seconds.

    Today is the day by the clock of its calendar, or else by UTC; what was handed out twice counts once.
    """

    key: str
    name: str
    open: bool
    waiting: int
    offered: int
    assigned: int
    longest_wait_s: int
    handed_out_today: int
    agents: list[AgentState]


class OfferShown(Answer, frozen=True):
    """What one is offered, until when, and by which queue."""

    conversation: UUID
    queue: str
    until: datetime
    attempt: int


class TransferBody(Body, frozen=True):
    """To whom, one of them, and words for whoever gets it."""

    agent: UUID | None = None
    team: Key | None = None
    queue: Key | None = None
    words: Words = ""


class Transferred(Answer, frozen=True):
    """`over_capacity`: it is more than the agent has room for."""

    over_capacity: bool


_COMMAND = Described(body=Nothing, answers={204: None}, one_transaction=True)


class Queues(APIView):
    """`/api/v1/queues`."""

    @describe(Described(query=PageQuery, answers={200: Listed[QueueState]}, scopes=("conversations.assign",)))
    def get(self, request: Request) -> Response:
        """List queues by their keys, each as it is now; for those who may assign and see all conversations."""
        actor = get_actor(request=request)
        if not actor.may("conversations.assign") or reach_of(actor=actor) is not Reach.ALL:
            raise NotAllowed
        window = open_window(query=read_query(request=request, shape=PageQuery), name="queues")
        rows = states.get_queues(now=datetime.now(UTC))
        page = turn_whole(rows=rows, window=window, key=lambda row: (row.key,))
        return Response({"results": [_show_queue(row) for row in page.rows], **links(request=request, page=page)})


class OwnOffers(APIView):
    """`/api/v1/me/offers`."""

    @describe(Described(query=PageQuery, answers={200: Listed[OfferShown]}))
    def get(self, request: Request) -> Response:
        """List what you are offered now, the first to lapse first."""
        member = get_member(request=request)
        window = open_window(query=read_query(request=request, shape=PageQuery), name="offers")
        rows = states.get_offers(member=member.person_id)
        page = turn_whole(rows=rows, window=window, key=lambda row: (row.until.isoformat(), str(row.conversation)))
        return Response({"results": [_show_offer(row) for row in page.rows], **links(request=request, page=page)})


class Accept(APIView):
    """`/api/v1/conversations/{id}/accept`."""

    @describe(replace(_COMMAND, refusals=(OfferGone,)))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Take what you are offered."""
        read_body(data=request.data, shape=Nothing)
        commands.accept(conversation=conversation, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(status=204)


class Decline(APIView):
    """`/api/v1/conversations/{id}/decline`."""

    @describe(replace(_COMMAND, refusals=(OfferGone,)))
    def post(self, request: Request, conversation: UUID) -> Response:
        """Leave what you are offered to somebody else."""
        read_body(data=request.data, shape=Nothing)
        commands.decline(conversation=conversation, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(status=204)


class Transfer(APIView):
    """`/api/v1/conversations/{id}/transfer`."""

    @describe(
        Described(
            body=TransferBody,
            answers={200: Transferred},
            refusals=(AtCapacity, ConversationIsResolved),
            example={"queue": "help", "words": "Asks for an invoice of last year."},
            one_transaction=True,
            scopes=("conversations.view", "conversations.assign"),
        )
    )
    def post(self, request: Request, conversation: UUID) -> Response:
        """Hand a conversation on to an agent, a team or a queue."""
        said = read_body(data=request.data, shape=TransferBody)
        if [said.agent, said.team, said.queue].count(None) != 2:
            detail = "Name an agent, a team or a queue: one of them."
            raise Invalid(errors=[{"field": "agent", "code": "invalid", "detail": detail}])
        over = commands.hand_on(
            conversation=conversation,
            actor=get_actor(request=request),
            to=commands.To(agent=said.agent, team=said.team, queue=said.queue),
            words=said.words,
            now=datetime.now(UTC),
        )
        return Response({"over_capacity": over})


def _show_queue(state: states.QueueNow) -> Any:
    agents = [AgentState(**each._asdict()) for each in state.agents]
    return msgspec.to_builtins(QueueState(**{**state._asdict(), "agents": agents}))


def _show_offer(offer: states.Offer) -> Any:
    return msgspec.to_builtins(OfferShown(**offer._asdict()))
