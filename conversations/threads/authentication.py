"""Who acts, as REST views learn it."""

from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from conversations.threads.actors import Actor, of_caller
from tenants.members.authentication import get_caller


def get_actor(*, request: Request) -> Actor:
    """Answer the member or key that asks; raise NotAuthenticated."""
    return of_caller(caller=get_caller(request=request))


def get_contact(*, request: Request) -> Actor:
    """Answer the visitor who asks; raise NotAuthenticated."""
    user: object = request.user
    if not isinstance(user, Actor):
        raise NotAuthenticated
    return user
