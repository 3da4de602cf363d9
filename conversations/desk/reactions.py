"""Something happened, so ask for something else. Each reaction runs in its reader's transaction, once an event."""

from datetime import datetime
from typing import Final

from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from conversations.engine.streams import subject_of
from conversations.threads.actors import SYSTEM
from conversations.threads.commands import reopen
from conversations.threads.events import MessagePosted


def reopen_when_contact_writes(event: Recorded, now: datetime) -> None:
    """A contact who writes into a resolved conversation takes the matter up again; an open one stays as it is."""
    if event.body["author"] == "contact":
        reopen(conversation=subject_of(stream=event.stream), actor=SYSTEM, now=now)


READERS: Final = (Reader(name="desk.reopen", kinds=frozenset({MessagePosted.kind}), apply=reopen_when_contact_writes),)
