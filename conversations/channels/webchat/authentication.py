"""How the REST API knows a visitor: `Authorization: Visitor <token>`, never a cookie, so no site can speak for them."""

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from conversations.contacts.queries import find_visitor
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_contact

if TYPE_CHECKING:
    from rest_framework.views import APIView  # importing it needs this module: DRF reads its settings there


def read_token(*, request: Request) -> str | None:
    """Answer the visitor's token that a request shows, unchecked."""
    scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "visitor" and token.strip() else None


class VisitorToken(BaseAuthentication):
    """The contact who holds the token; `request.auth` is the key of the inbox that it is bound to."""

    def authenticate(self, request: Request) -> tuple[Actor, str] | None:
        """Answer the contact, or None where no visitor's token is shown."""
        token = read_token(request=request)
        if token is None:
            return None
        found = find_visitor(token=token)
        if found is None:
            raise AuthenticationFailed
        contact, inbox = found
        return Actor("contact", contact.id, contact.name), inbox

    def authenticate_header(self, _request: Request) -> str:
        """Make a refusal a 401."""
        return "Visitor"


class IsVisitor(BasePermission):
    """Visitors only."""

    def has_permission(self, request: Request, _view: "APIView") -> bool:
        """Refuse whoever shows no visitor's token."""
        get_contact(request=request)
        return True
