"""REST for visitors: their place in the queue, and what they are told when nobody is there."""

from datetime import UTC, datetime

import msgspec
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.channels.webchat.authentication import IsVisitor, VisitorToken, get_visit
from conversations.channels.webchat.commands import VouchingRequired
from conversations.definitions.inbox.body import OutsideHours
from conversations.definitions.inbox.queries import get_inbox
from conversations.desk.states import get_waiting
from conversations.threads.authentication import get_contact
from tenants.describing import Answer, Described, describe


class WaitShown(Answer, frozen=True):
    """`waiting` says whether the visitor waits in a queue; the rest is null where it is not known or does not apply.

    `place` counts from 1. `words` are the inbox's own, per language, while it is outside hours.
    """

    waiting: bool
    place: int | None
    estimated_wait_s: int | None
    outside_hours: bool
    opens_at: datetime | None
    sold_out: bool
    words: OutsideHours | None


class VisitorQueue(APIView):
    """`/api/v1/visitors/queue`."""

    authentication_classes = [VisitorToken]
    permission_classes = [IsVisitor]

    @describe(Described(answers={200: WaitShown}, refusals=(VouchingRequired,)))
    def get(self, request: Request) -> Response:
        """Answer how it stands with you; ask again every ten seconds or so."""
        found = get_waiting(contact=get_contact(request=request).id, now=datetime.now(UTC))
        closed = found is not None and found.is_outside_hours
        words = get_inbox(key=get_visit(request=request).inbox).body.outside_hours if closed else None
        shown = WaitShown(
            waiting=found is not None,
            place=found.place if found else None,
            estimated_wait_s=found.estimated_wait_s if found else None,
            outside_hours=closed,
            opens_at=found.opens_at if found else None,
            sold_out=found is not None and found.is_sold_out,
            words=(words or OutsideHours()) if closed else None,
        )
        return Response(msgspec.to_builtins(shown))
