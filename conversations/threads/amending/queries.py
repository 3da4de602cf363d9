"""Reading what has become of messages."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from conversations.definitions.inbox.body import EDIT_WINDOW_S, window_of
from conversations.definitions.inbox.queries import get_newest_inboxes
from conversations.engine.models import Event
from conversations.threads.actors import Actor
from conversations.threads.amending.rules import ORIGINALS, Said
from conversations.threads.events import MessagePosted, Side
from conversations.threads.models import AmendedMessage, ConversationRow
from conversations.threads.rules import check_staff
from tenants.refusals import NotAllowed, NotFound

_SHOWN: Final = ("seq", "text_seq", "text", "edited_at", "recalled_at", "reactions")


@dataclass(frozen=True, slots=True)
class Former:
    """What a message said before, and since when."""

    text: str
    at: datetime


def get_amended(*, conversation: UUID, seqs: Collection[int]) -> dict[int, AmendedMessage]:
    """Answer what has become of these messages, by seq, without what they said before; of most, nothing has."""
    rows = AmendedMessage.objects.filter(conversation=conversation, seq__in=list(seqs)).only(*_SHOWN)
    return {row.seq: row for row in rows}


def get_said(*, conversation: UUID, seq: int) -> tuple[Said, AmendedMessage, Event]:
    """Answer a message as it is now, its row (a new one if nothing has become of it), its event; raise NotFound."""
    messages = Event.objects.filter(stream=conversation, kind=MessagePosted.kind)
    event = messages.filter(seq=seq).first()
    if event is None:
        raise NotFound
    row = AmendedMessage.objects.filter(conversation=conversation, seq=seq).first()
    amended = row or AmendedMessage(conversation=conversation, seq=seq, text_seq=seq)
    said = Said(
        seq=seq,
        author=cast("Side", event.body["author"]),
        sender=event.sender,
        at=event.at,
        text=amended.text if amended.edited_at or amended.recalled_at else event.body["text"],
        is_last=messages.order_by("-seq").values_list("seq", flat=True)[0] == seq,
        is_recalled=amended.recalled_at is not None,
    )
    return said, amended, event


def get_window(*, conversation: UUID) -> timedelta:
    """Answer for how long messages of a conversation may be changed."""
    key = ConversationRow.objects.values_list("inbox", flat=True).get(id=conversation)
    inbox = get_newest_inboxes(keys=[key]).get(key)
    return timedelta(seconds=EDIT_WINDOW_S if inbox is None else window_of(inbox=inbox.body))


def get_former(*, conversation: UUID, seq: int, actor: Actor) -> list[Former]:
    """Answer what a message said before, the oldest first; raise NotFound, NotAllowed."""
    contact = ConversationRow.objects.filter(id=conversation).values_list("contact_id", flat=True).first()
    if contact is None:
        raise NotFound
    check_staff(contact=contact, actor=actor)
    if not actor.may(ORIGINALS):
        raise NotAllowed
    _, row, _ = get_said(conversation=conversation, seq=seq)
    return [Former(said["text"], datetime.fromisoformat(said["at"])) for said in row.former]
