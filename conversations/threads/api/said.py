"""A message as the API shows it: what was said, with what has become of it since."""

from uuid import UUID

from conversations.engine.events import Recorded
from conversations.engine.models import Event
from conversations.threads.amending.rules import CONTACT
from conversations.threads.api.shapes import Message, Reactions
from conversations.threads.models import AmendedMessage


def show_message(*, row: Event | Recorded, amended: AmendedMessage | None, personal: bool) -> Message:
    """Answer a message; without `personal` its name and text are null."""
    text = row.body["text"] if amended is None or not _is_replaced(amended) else amended.text
    return Message(
        id=row.client_id,
        seq=row.seq,
        position=row.position,
        at=row.at,
        author=row.body["author"],
        sender=row.sender,
        name=row.body["name"] if personal else None,
        text=text if personal else None,
        files=list(row.body.get("files", [])),
        reply_to=row.body.get("reply_to"),
        edited_at=amended.edited_at if amended else None,
        recalled_at=amended.recalled_at if amended else None,
        reactions=_reactions(amended) if amended else [],
    )


def _is_replaced(amended: AmendedMessage) -> bool:
    return amended.edited_at is not None or amended.recalled_at is not None


def _reactions(amended: AmendedMessage) -> list[Reactions]:
    return [
        Reactions(
            emoji=emoji,
            contact=CONTACT in whose,
            members=[UUID(each) for each in whose if each != CONTACT],
        )
        for emoji, whose in amended.reactions.items()
    ]
