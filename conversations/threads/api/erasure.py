"""REST of erasing a contact."""

from datetime import UTC, datetime
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.threads.api.shapes import shown
from conversations.threads.authentication import get_actor
from conversations.threads.erasure import erase_contact
from tenants.bodies import Nothing, read_body
from tenants.describing import Answer, Described, describe


class ContactErasedShown(Answer, frozen=True):
    """Who is erased, and in how many conversations."""

    contact: UUID
    conversations: int


class EraseContact(APIView):
    """POST /api/v1/contacts/{id}/erase."""

    @describe(Described(body=Nothing, answers={200: ContactErasedShown}))
    def post(self, request: Request, contact: UUID) -> Response:
        """Erase everything personal of a contact, for good; again, it erases what has been left."""
        read_body(data=request.data, shape=Nothing)
        done = erase_contact(contact=contact, actor=get_actor(request=request), now=datetime.now(UTC))
        return Response(shown(ContactErasedShown(contact=done.contact, conversations=done.conversations)))
