"""Reading conversations: one, a list, and what live delivery asks before it lets anybody in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from conversations.engine import log
from conversations.threads.models import ConversationRow
from conversations.threads.rules import Conversation
from tenants.refusals import NotFound

MOST: Final = 200

# For live delivery, which reads outside the ORM: contact, access version and the heads of both streams.
ACCESS: Final = """
SELECT c.contact_id, p.access, p.seq, s.seq
FROM {s}conversation c JOIN {s}stream p ON p.id = c.id JOIN {s}stream s ON s.id = %(staff)s
WHERE c.id = %(conversation)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which conversations a list holds. `assignee` None with `unassigned` False means anybody's."""

    status: Literal["open", "resolved"] | None = None
    assignee: UUID | None = None
    unassigned: bool = False


def get_state(*, conversation: UUID) -> Conversation:
    """Answer what deciding needs; raise NotFound."""
    row = (
        ConversationRow.objects.filter(id=conversation).values("contact_id", "status", "status_seq", "assignee").first()
    )
    if row is None:
        raise NotFound
    status = cast("Literal['open', 'resolved']", row["status"])
    return Conversation(
        id=conversation,
        contact=row["contact_id"],
        status=status,
        status_seq=row["status_seq"],
        assignee=row["assignee"],
    )


def get_conversation(*, conversation: UUID) -> ConversationRow:
    """Answer the row with its contact; raise NotFound."""
    row = ConversationRow.objects.select_related("contact").filter(id=conversation).first()
    if row is None:
        raise NotFound
    return row


def find_current(*, contact: UUID) -> UUID | None:
    """Answer the contact's conversation to go on with: the newest open one, else the newest."""
    rows = ConversationRow.objects.filter(contact_id=contact).order_by("status", "-id")
    return rows.values_list("id", flat=True).first()


def get_page(
    *, filters: Filters, limit: int, before: tuple[datetime, UUID] | None = None
) -> tuple[list[ConversationRow], int]:
    """Answer `limit` rows with at least one message, newest first, one more if there are more, and the position.

    The position is read first: whoever applies the events after it to the rows has the rows as they are now.
    """
    position = log.get_position()
    rows = ConversationRow.objects.select_related("contact").filter(**_conditions(filters))
    if before is not None:
        at, id_ = before
        rows = rows.filter(last_at__lte=at).exclude(last_at=at, id__gte=id_)
    return list(rows.order_by("-last_at", "-id")[: min(limit, MOST) + 1]), position


def _conditions(filters: Filters) -> dict[str, Any]:
    conditions: dict[str, Any] = {"last_author__isnull": False}
    if filters.status is not None:
        conditions["status"] = filters.status
    if filters.assignee is not None:
        conditions["assignee"] = filters.assignee
    elif filters.unassigned:
        conditions["assignee__isnull"] = True
    return conditions
