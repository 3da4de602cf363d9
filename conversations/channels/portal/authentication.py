"""How a ticket's customer is known who has its link and nothing else: `Authorization: Link <token>`."""

from dataclasses import dataclass
from uuid import UUID

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from conversations.threads.actors import Actor
from conversations.tickets.customer.link import read_link
from conversations.tickets.customer.queries import get_customer
from tenants.refusals import NotFound


@dataclass(frozen=True, slots=True)
class ByLink:
    """Whoever comes by a ticket's link sees that one alone: `request.auth`."""

    ticket: UUID


class TicketLink(BaseAuthentication):
    """The contact whom the link of a ticket names; `request.auth` is a ByLink."""

    def authenticate(self, request: Request) -> tuple[Actor, ByLink] | None:
        """Answer the contact, or None where no link is shown."""
        scheme, _, token = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != "link" or not token.strip():
            return None
        try:
            ticket, contact = read_link(text=token.strip())
            return get_customer(contact=contact), ByLink(ticket)
        except NotFound:
            raise AuthenticationFailed from None

    def authenticate_header(self, _request: Request) -> str:
        """Make a refusal a 401."""
        return "Link"
