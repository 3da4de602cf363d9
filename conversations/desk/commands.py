"""What the desk is asked to do with people's work."""

from datetime import datetime
from uuid import UUID

from conversations.threads.actors import SYSTEM
from conversations.threads.commands import assign
from conversations.threads.queries import get_open_of


def release(*, member: UUID, now: datetime) -> int:
    """Give everything open that a member has back to nobody, so that others see it waits; answer how many.

    Each conversation in its own transaction. Asking again finds what is left.
    """
    held = get_open_of(member=member)
    for conversation in held:
        assign(conversation=conversation, actor=SYSTEM, to=None, now=now)
    return len(held)
