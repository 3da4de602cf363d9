"""What is snoozed comes back by itself: when its time has come, or its contact has written.

The reader's cursor is held, and each conversation's streams while it is looked whether it is snoozed still: it comes
back once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from conversations.desk.scene import Setup, find_agent, read_setup
from conversations.engine import log, timers
from conversations.engine.events import Draft, Fact, Recorded
from conversations.engine.streams import subject_of
from conversations.threads import rules
from conversations.threads.actors import SYSTEM
from conversations.threads.commands import record
from conversations.threads.events import ConversationAssigned
from conversations.threads.queries import find_to_wake, get_conversation, get_state

AT_ONCE: Final = 100


def wake_up(*, events: Sequence[Recorded], now: datetime, due: bool) -> None:
    """Bring back what these words of contacts, or the time, wake; be called again for the next."""
    heard = {subject_of(stream=e.stream): e.seq for e in events if e.body["author"] == "contact"}
    found = find_to_wake(heard=heard, now=now, limit=AT_ONCE)
    if found:
        log.lock(subjects=found)
        setup = read_setup()
        facts = [(id_, fact) for id_ in found for fact in _wake(id_, heard.get(id_, 0), setup, now)]
        record(drafts=[Draft(subject=id_, fact=fact, sender=SYSTEM.id) for id_, fact in facts], at=now)
    if found or due:
        timers.rest()


def _wake(conversation: UUID, heard: int, setup: Setup, now: datetime) -> list[Fact]:
    """Answer how one comes back: to whoever has it, or to nobody if they are gone and its inbox has a queue."""
    state = get_state(conversation=conversation)
    facts = rules.wake_by_itself(state=state, heard=heard, now=now)
    if not facts or not _is_gone(state.assignee, setup):
        return facts
    is_queued = get_conversation(conversation=conversation).inbox in setup.inboxes
    return [*facts, ConversationAssigned(to=None, name=None)] if is_queued else facts


def _is_gone(member: UUID | None, setup: Setup) -> bool:
    agent = None if member is None else find_agent(member=member, setup=setup)
    return agent is None or agent.gone_since is not None
