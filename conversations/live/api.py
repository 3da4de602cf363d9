"""REST of live delivery: tickets, for members by session and for visitors by token."""

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.webchat.authentication import VisitorToken
from conversations.live.tickets import TICKET_S, issue_pass, sign_ticket
from conversations.threads.actors import Actor, of_member
from conversations.threads.authentication import get_contact
from tenants.context import current_tenant
from tenants.members.authentication import MemberSession
from tenants.members.member import Member


class LiveTickets(APIView):
    """POST /api/v1/live-tickets."""

    authentication_classes = [VisitorToken, MemberSession]
    permission_classes = []

    def post(self, request: Request) -> Response:
        """Answer a one-use ticket for /live/v1, bound to tenant, person and the page's origin."""
        actor, role = _who(request)
        origin = request.headers.get("Origin", "")
        pass_ = issue_pass(tenant=current_tenant(), actor=actor, role=role, origin=origin)
        return Response({"ticket": sign_ticket(pass_=pass_), "expires_in_s": TICKET_S}, status=201)


def _who(request: Request) -> tuple[Actor, str]:
    user: object = request.user
    if isinstance(user, Member):
        return of_member(member=user), user.role
    return get_contact(request=request), ""
