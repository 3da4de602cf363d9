"""Something happened, so ask for something else. Each reaction runs in its reader's transaction, once an event."""

from datetime import datetime
from typing import Final

from conversations.audit.events import AuditRecorded
from conversations.definitions.inbox.queries import find_inbox
from conversations.desk.queries import FOLDED
from conversations.desk.routing import look
from conversations.desk.snoozing import wake_up
from conversations.desk.wrapping_up import end_due, is_due
from conversations.engine.events import Recorded
from conversations.engine.readers import Reader
from conversations.engine.streams import subject_of
from conversations.presence.events import PresenceChanged
from conversations.threads.actors import SYSTEM
from conversations.threads.commands import reopen_for_message
from conversations.threads.events import MessagePosted
from conversations.threads.queries import get_conversation, get_state
from conversations.threads.rules import is_reopened_by


def reopen_when_contact_writes(event: Recorded, now: datetime) -> None:
    """A contact who writes into a resolved conversation takes the matter up again.

    Where its inbox names a queue it is nobody's then: whoever had it may be gone, or have no room.
    """
    conversation = subject_of(stream=event.stream)
    if event.body["author"] != "contact":
        return
    # Looked at without a lock first: what was settled before this message is committed, and most are open.
    if is_reopened_by(state=get_state(conversation=conversation), seq=event.seq):
        inbox = find_inbox(key=get_conversation(conversation=conversation).inbox)
        loose = inbox is not None and isinstance(inbox.body.queue, str)
        reopen_for_message(conversation=conversation, actor=SYSTEM, seq=event.seq, now=now, release=loose)


# What is published is in the audit, so that changes to queues, teams and agents are heard of like everything else.
ROUTER: Final = Reader(
    name="desk.router",
    kinds=FOLDED | {MessagePosted.kind, PresenceChanged.kind, AuditRecorded.kind},
    apply_page=lambda events, now, due: look(events=events, now=now, due=due),
    timed=True,
    is_due=is_due,
)
WRAP_UP: Final = Reader(
    name="desk.wrap_up",
    kinds=frozenset({PresenceChanged.kind, AuditRecorded.kind}),
    apply_page=lambda events, now, due: end_due(events=events, now=now, due=due),
    timed=True,
    is_due=is_due,
)
SNOOZE: Final = Reader(
    name="desk.snooze",
    kinds=frozenset({MessagePosted.kind}),
    apply_page=lambda events, now, due: wake_up(events=events, now=now, due=due),
    timed=True,
    is_due=is_due,
)
READERS: Final = (
    Reader(name="desk.reopen", kinds=frozenset({MessagePosted.kind}), apply=reopen_when_contact_writes),
    ROUTER,
    WRAP_UP,
    SNOOZE,
)
