"""How the REST API knows a visitor: `Authorization: Visitor <token>`, never a cookie, so no site can speak for them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from conversations.channels.webchat.commands import check_vouching
from conversations.contacts.queries import find_visitor
from conversations.definitions.inbox.queries import find_inbox
from conversations.threads.actors import Actor
from conversations.threads.authentication import get_contact

if TYPE_CHECKING:
    from rest_framework.views import APIView  # importing it needs this module: DRF reads its settings there


@dataclass(frozen=True, slots=True)
class Visit:
    """By which identity a visitor comes, and to which inbox, by its key: `request.auth`."""

    identity: UUID
    inbox: str


def read_token(*, request: Request) -> str | None:
    """Answer the visitor's token that a request shows, unchecked."""
    scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "visitor" and token.strip() else None


class VisitorToken(BaseAuthentication):
    """The contact who holds the token; `request.auth` is a Visit."""

    def authenticate(self, request: Request) -> tuple[Actor, Visit] | None:
        """Answer the contact, or None where no visitor's token is shown; raise VouchingRequired."""
        token = read_token(request=request)
        if token is None:
            return None
        found = find_visitor(token=token, now=datetime.now(UTC))
        if found is None:
            raise AuthenticationFailed
        inbox = find_inbox(key=found.inbox)
        if inbox is None:  # it is retired: nobody comes in by it any more
            raise AuthenticationFailed
        check_vouching(inbox=inbox, vouched=found.contact.is_vouched)
        return Actor("contact", found.contact.id, found.contact.name), Visit(found.identity, found.inbox)

    def authenticate_header(self, _request: Request) -> str:
        """Make a refusal a 401."""
        return "Visitor"


def get_visit(*, request: Request) -> Visit:
    """Answer how the visitor who asks has come; raise NotAuthenticated."""
    if not isinstance(request.auth, Visit):
        raise NotAuthenticated
    return request.auth


class IsVisitor(BasePermission):
    """Visitors only."""

    def has_permission(self, request: Request, _view: "APIView") -> bool:
        """Refuse whoever shows no visitor's token."""
        get_contact(request=request)
        return True
