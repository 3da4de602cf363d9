"""Something happened, so ask for something else. Each reaction runs in its reader's transaction, once an event."""

from datetime import datetime
from typing import Final

from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from conversations.engine.streams import subject_of
from conversations.threads.actors import SYSTEM
from conversations.threads.commands import reopen_for_message
from conversations.threads.events import MessagePosted
from conversations.threads.queries import get_state
from conversations.threads.rules import is_reopened_by


def reopen_when_contact_writes(event: Recorded, now: datetime) -> None:
    """A contact who writes into a resolved conversation takes the matter up again."""
    conversation = subject_of(stream=event.stream)
    if event.body["author"] != "contact":
        return
    # Looked at without a lock first: what was settled before this message is committed, and most are open.
    if is_reopened_by(state=get_state(conversation=conversation), seq=event.seq):
        reopen_for_message(conversation=conversation, actor=SYSTEM, seq=event.seq, now=now)


READERS: Final = (Reader(name="desk.reopen", kinds=frozenset({MessagePosted.kind}), apply=reopen_when_contact_writes),)
