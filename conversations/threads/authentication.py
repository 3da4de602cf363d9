"""Who acts, as REST views learn it, and that nobody gets at a conversation beyond their reach."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from conversations.threads.actors import Actor, of_caller, of_member
from conversations.threads.reach import check_reach
from tenants.members.authentication import get_caller
from tenants.members.member import Member

if TYPE_CHECKING:
    from rest_framework.views import APIView  # importing it needs this module: DRF reads its settings there


def get_actor(*, request: Request) -> Actor:
    """Answer the member or key that asks; raise NotAuthenticated."""
    return of_caller(caller=get_caller(request=request))


def get_contact(*, request: Request) -> Actor:
    """Answer the visitor who asks; raise NotAuthenticated."""
    user: object = request.user
    if not isinstance(user, Actor):
        raise NotAuthenticated
    return user


class WithinReach(BasePermission):
    """Every route with a `<uuid:conversation>` in it, whatever its view does: what is beyond one's reach is not there.

    Asked before the view reads anything, so that the answer is the same as for an id that never was.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raise NotFound for a member who does not see the conversation."""
        check_route(user=request.user, path=view.kwargs)
        return True


def check_route(*, user: object, path: Mapping[str, Any]) -> None:
    """Raise NotFound where a path names a conversation that a member does not see."""
    if isinstance(user, Member) and "conversation" in path:
        check_reach(conversation=path["conversation"], actor=of_member(member=user))
