"""REST of blocking a contact."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.contacts.answers import ContactShown, show_contact
from conversations.contacts.asking import Asking, get_asking
from conversations.contacts.commands import ContactGone
from conversations.contacts.merging.queries import get_root
from conversations.contacts.queries import get_attributes, get_contact
from conversations.threads import blocking
from tenants.bodies import Nothing, read_body
from tenants.describing import Described, describe

_BLOCK: Final = Described(
    body=Nothing,
    answers={200: ContactShown},
    refusals=(ContactGone,),
    one_transaction=True,
    scopes=("conversations.view", "contacts.edit"),
)


class Block(APIView):
    """POST /api/v1/contacts/{id}/block."""

    @describe(_BLOCK)
    def post(self, request: Request, contact: UUID) -> Response:
        """Take nothing from a contact any more: they may read, and their messages are refused (`contact_blocked`)."""
        read_body(data=request.data, shape=Nothing)
        asking = get_asking(request=request, edits=True)
        blocking.block(contact=contact, who=asking.who, now=datetime.now(UTC))
        return _answer(contact, asking)


class Unblock(APIView):
    """POST /api/v1/contacts/{id}/unblock."""

    @describe(_BLOCK)
    def post(self, request: Request, contact: UUID) -> Response:
        """Take messages from a contact again."""
        read_body(data=request.data, shape=Nothing)
        asking = get_asking(request=request, edits=True)
        blocking.unblock(contact=contact, who=asking.who, now=datetime.now(UTC))
        return _answer(contact, asking)


def _answer(contact: UUID, asking: Asking) -> Response:
    row = get_contact(contact=get_root(contact=contact))
    return Response(show_contact(row=row, personal=asking.personal, known=get_attributes()))
