"""Reading conversations: one, a list, and what live delivery asks before it lets anybody in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast
from uuid import UUID

from django.db.models import Min
from django.db.models.expressions import RawSQL

from conversations.contacts.merging.queries import find_group
from conversations.engine import log
from conversations.engine.events import Audience
from conversations.engine.models import Event
from conversations.engine.streams import stream_of
from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.events import MessagePosted, NotePosted, Priority
from conversations.threads.models import ConversationRow
from conversations.threads.reach import within
from conversations.threads.rules import Conversation
from tenants.paging import Page, Window, cut, turn
from tenants.refusals import NotFound

Order = Literal["seq", "-seq"]

_DECIDING: Final = (
    *("contact_id", "status", "status_seq", "assignee", "tags", "priority"),
    *("snoozed_seq", "snoozed_until", "contact__blocked_at"),
)

# For live delivery, which reads outside the ORM: contact, access version, the heads of both streams, and whether the
# contact is blocked. What was an erased contact's is nobody's.
ACCESS: Final = """
SELECT CASE WHEN k.erased_at IS NULL THEN c.contact_id ELSE '00000000-0000-0000-0000-000000000000' END,
    p.access, p.seq, s.seq, k.blocked_at IS NOT NULL
FROM {s}conversation c JOIN {s}contact k ON k.id = c.contact_id
JOIN {s}stream p ON p.id = c.id JOIN {s}stream s ON s.id = %(staff)s
WHERE c.id = %(conversation)s
"""


# For live delivery, too: whether a seq is a message's. What was said stays said, so that nothing needs to be held.
IS_MESSAGE: Final = """
SELECT 1 FROM {s}event WHERE stream = %(conversation)s AND seq = %(seq)s AND kind = 'message.posted.v1'
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """Which conversations a list holds; None means any. `inbox` is its key.

    `assignee` None with `unassigned` False means anybody's; a `contact`'s are those of everybody merged with them, too.
    """

    status: Literal["open", "resolved"] | None = None
    assignee: UUID | None = None
    unassigned: bool = False
    contact: UUID | None = None
    inbox: str | None = None
    tag: str | None = None
    priority: Priority | None = None
    snoozed: bool | None = None


def get_state(*, conversation: UUID) -> Conversation:
    """Answer what deciding needs; raise NotFound."""
    row = ConversationRow.objects.filter(id=conversation).values(*_DECIDING).first()
    if row is None:
        raise NotFound
    status = cast("Literal['open', 'resolved']", row["status"])
    return Conversation(
        id=conversation,
        contact=row["contact_id"],
        status=status,
        status_seq=row["status_seq"],
        assignee=row["assignee"],
        tags=tuple(row["tags"]),
        priority=cast("Priority", row["priority"]),
        snoozed_seq=row["snoozed_seq"],
        snoozed_until=row["snoozed_until"],
        blocked=row["contact__blocked_at"] is not None,
    )


def get_conversation(*, conversation: UUID) -> ConversationRow:
    """Answer the row with its contact; raise NotFound."""
    row = ConversationRow.objects.select_related("contact").filter(id=conversation).first()
    if row is None:
        raise NotFound
    return row


def get_conversations(*, conversations: Collection[UUID]) -> dict[UUID, ConversationRow]:
    """Answer those of these conversations that there are, with their contacts."""
    rows = ConversationRow.objects.select_related("contact").defer("contact__terms")
    return rows.in_bulk(list(conversations))


def find_current(*, contact: UUID) -> UUID | None:
    """Answer the contact's conversation to go on with: the open one where somebody spoke last, else the last of all."""
    rows = ConversationRow.objects.filter(contact_id=contact).order_by("status", "-last_at", "-id")
    return rows.values_list("id", flat=True).first()


def get_recent(*, contact: UUID, limit: int) -> list[UUID]:
    """Answer the contact's conversations in which something happened last, the oldest first."""
    return get_recent_of(contacts=[contact], limit=limit)[::-1]


def get_recent_of(*, contacts: Collection[UUID], limit: int) -> list[UUID]:
    """Answer the conversations of these contacts in which something happened last, the newest first."""
    rows = ConversationRow.objects.filter(contact_id__in=list(contacts)).order_by("-last_at", "-id")
    return list(rows.values_list("id", flat=True)[:limit])


def get_all_of(*, contacts: Collection[UUID]) -> list[UUID]:
    """Answer all conversations of these contacts, the oldest first."""
    rows = ConversationRow.objects.filter(contact_id__in=list(contacts)).order_by("id")
    return list(rows.values_list("id", flat=True))


def get_inboxes_of(*, conversations: Collection[UUID]) -> dict[UUID, str]:
    """Answer the keys of these conversations' inboxes; what is no conversation has none."""
    return dict(ConversationRow.objects.filter(id__in=list(conversations)).values_list("id", "inbox"))


def get_open_of(*, member: UUID) -> list[UUID]:
    """Answer the open conversations that a member has, the oldest first."""
    rows = ConversationRow.objects.filter(assignee=member, status="open").order_by("id")
    return list(rows.values_list("id", flat=True))


def find_to_wake(*, heard: Mapping[UUID, int], now: datetime, limit: int) -> list[UUID]:
    """Answer what is snoozed and whose time has come, or whose contact was `heard` at that seq since."""
    rows = ConversationRow.objects.filter(snoozed_seq__isnull=False)
    told = dict(rows.filter(id__in=list(heard)).values_list("id", "snoozed_seq"))
    due = rows.filter(snoozed_until__lte=now).order_by("snoozed_until").values_list("id", flat=True)[:limit]
    return sorted({id_ for id_, seq in told.items() if seq is not None and heard[id_] > seq} | set(due))


def get_next_waking() -> datetime | None:
    """Answer when the next of what is snoozed comes back by time."""
    rows = ConversationRow.objects.filter(snoozed_until__isnull=False)
    next_: datetime | None = rows.aggregate(next=Min("snoozed_until"))["next"]
    return next_


def get_page(
    *, filters: Filters, window: Window, order: Literal["last_at", "-last_at"] = "-last_at", by: Actor = SYSTEM
) -> tuple[Page[ConversationRow], int]:
    """Answer a page of the conversations with at least one message that `by` sees, and the position.

    The position is read first: whoever applies the events after it to the rows has the rows as they are now.
    """
    position = log.get_position()
    rows = ConversationRow.objects.select_related("contact").defer("contact__terms").filter(**_conditions(filters))
    if (condition := within(actor=by)) is not None:
        seen = f"SELECT c.id FROM conversation c WHERE {condition.replace('{s}', '')}"  # noqa: S608 - of constants
        rows = rows.filter(id__in=RawSQL(seen, ()))  # noqa: S611 - the same
    found = cut(rows=rows, fields=("last_at", "id"), descending=order[0] == "-", window=window)
    return turn(rows=list(found), window=window, key=lambda row: (row.last_at.isoformat(), row.id)), position


def get_messages(*, conversation: UUID, window: Window, order: Order) -> Page[Event]:
    """Answer a page of what was said in a conversation; raise NotFound."""
    return _get_said(conversation, conversation, MessagePosted.kind, window, order)


def is_message(*, conversation: UUID, seq: int) -> bool:
    """Tell whether a seq is that of a message."""
    return bool(log.run(sql=IS_MESSAGE, params={"conversation": conversation, "seq": seq}))


def get_notes(*, conversation: UUID, window: Window, order: Order) -> Page[Event]:
    """Answer a page of what colleagues noted in a conversation; raise NotFound."""
    stream = stream_of(subject=conversation, audience=Audience.STAFF)
    return _get_said(conversation, stream, NotePosted.kind, window, order)


def _get_said(conversation: UUID, stream: UUID, kind: str, window: Window, order: Order) -> Page[Event]:
    if not ConversationRow.objects.filter(id=conversation).exists():
        raise NotFound
    said = Event.objects.filter(stream=stream, kind=kind)
    rows = cut(rows=said, fields=("seq",), descending=order[0] == "-", window=window)
    return turn(rows=list(rows), window=window, key=lambda row: (row.seq,))


def _conditions(filters: Filters) -> dict[str, Any]:
    conditions: dict[str, Any] = {"last_author__isnull": False}
    for name in ("status", "assignee", "inbox", "priority"):
        if (wanted := getattr(filters, name)) is not None:
            conditions[name] = wanted
    if filters.contact is not None:
        same = find_group(contact=filters.contact)
        conditions |= dict[str, Any](contact__in=same) if len(same) > 1 else {"contact": same[0]}
    if filters.tag is not None:
        conditions |= {"tags__contains": [filters.tag.lower()], "tags__gt": []}  # the second names the index
    if filters.snoozed is not None:
        conditions["snoozed_seq__isnull"] = not filters.snoozed
    if filters.unassigned:
        conditions["assignee__isnull"] = True
    return conditions
