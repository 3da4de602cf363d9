"""REST of live delivery: tickets, for members by session, for visitors by token and for programs by key."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.access.authentication import BearerKey
from conversations.access.scopes import KeyScopes
from conversations.channels.webchat.authentication import VisitorToken, get_visit
from conversations.channels.webchat.commands import VouchingRequired
from conversations.live.tickets import TICKET_S, Pass, issue_pass, sign_ticket
from conversations.threads.actors import of_caller, of_member
from conversations.threads.authentication import get_contact
from tenants.context import current_tenant
from tenants.describing import Answer, Described, describe
from tenants.members.authentication import MemberSession
from tenants.members.bearer import KeyBearer
from tenants.members.member import Member


class Ticket(Answer, frozen=True):
    """What the websocket's `hello` shows, once, within `expires_in_s` seconds."""

    ticket: str
    expires_in_s: int


class LiveTickets(APIView):
    """POST /api/v1/live-tickets."""

    authentication_classes = [BearerKey, VisitorToken, MemberSession]
    permission_classes = [KeyScopes]

    @describe(
        Described(
            answers={201: Ticket},
            refusals=(VouchingRequired,),
            kept=False,
            while_closed=True,
            scopes=("conversations.view",),
        )
    )
    def post(self, request: Request) -> Response:
        """Answer a one-use ticket for /live/v1, bound to tenant, person or key, and the page's origin.

        What a key is shown there is the topic `events`; its socket is closed when the key opens no more.
        """
        pass_ = _make_pass(request)
        return Response({"ticket": sign_ticket(pass_=pass_), "expires_in_s": TICKET_S}, status=201)


def _make_pass(request: Request) -> Pass:
    tenant, origin = current_tenant(), request.headers.get("Origin", "")
    member: object = request.user
    if isinstance(member, Member):
        actor = of_member(member=member)
        return issue_pass(tenant=tenant, actor=actor, origin=origin, role=member.role, session=member.session)
    if isinstance(member, KeyBearer):
        return issue_pass(tenant=tenant, actor=of_caller(caller=member), origin=origin, shown=member.shown)
    actor, identity = get_contact(request=request), get_visit(request=request).identity
    return issue_pass(tenant=tenant, actor=actor, origin=origin, identity=identity)
