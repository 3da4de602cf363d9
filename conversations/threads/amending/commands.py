"""What can be asked of a message that was said: lock, load, decide, append, in one transaction.

What is replaced leaves the log before anything else is written: whoever reads the log, by whatever way, never meets it
again. It is kept beside the log, for those who may see it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.engine import log
from conversations.engine.events import Draft, Fact
from conversations.engine.models import Event
from conversations.threads import rules as conversation_rules
from conversations.threads.actors import Actor
from conversations.threads.amending import rules
from conversations.threads.amending.queries import get_said, get_window
from conversations.threads.events import MessageEdited, MessageRecalled, ReactionAdded, ReactionRemoved
from conversations.threads.models import AmendedMessage
from conversations.threads.projections import CONVERSATIONS
from conversations.threads.queries import get_state

Amended = tuple[Event, AmendedMessage]
_Decide = Callable[[rules.Said, AmendedMessage], Sequence[Fact]]


def edit_message(*, conversation: UUID, seq: int, actor: Actor, text: str, now: datetime) -> Amended:
    """Let a message say something else; answer it. Raises what the rules refuse."""

    def decide(said: rules.Said, _: AmendedMessage) -> Sequence[Fact]:
        window = get_window(conversation=conversation)
        return rules.edit(said=said, actor=actor, text=text, window=window, now=now)

    return _amend(conversation, seq, actor, now, decide)


def recall_message(*, conversation: UUID, seq: int, actor: Actor, now: datetime) -> Amended:
    """Take a message back; answer it. Raises what the rules refuse."""

    def decide(said: rules.Said, _: AmendedMessage) -> Sequence[Fact]:
        window = get_window(conversation=conversation)
        return rules.recall(said=said, actor=actor, window=window, now=now)

    return _amend(conversation, seq, actor, now, decide)


def react(*, conversation: UUID, seq: int, actor: Actor, emoji: str, on: bool, now: datetime) -> Amended:
    """Put an emoji to a message, or take it off; answer it. Raises what the rules refuse."""

    def decide(said: rules.Said, row: AmendedMessage) -> Sequence[Fact]:
        return rules.react(said=said, actor=actor, emoji=emoji, reactions=row.reactions, on=on)

    return _amend(conversation, seq, actor, now, decide)


def _amend(conversation: UUID, seq: int, actor: Actor, now: datetime, decide: _Decide) -> Amended:
    with transaction.atomic():
        log.lock(subjects=[conversation])
        state = get_state(conversation=conversation)
        conversation_rules.check_write(contact=state.contact, actor=actor, blocked=state.blocked)
        said, row, event = get_said(conversation=conversation, seq=seq)
        for fact in decide(said, row):
            _keep(row, said, actor, fact, now)
            draft = Draft(subject=conversation, fact=fact, sender=actor.id)
            (recorded,) = log.append(drafts=[draft], at=now, projections=[CONVERSATIONS])
            if isinstance(fact, MessageEdited):
                AmendedMessage.objects.filter(id=row.id).update(text_seq=recorded.seq)
        event.refresh_from_db()
        return event, row


def _keep(row: AmendedMessage, said: rules.Said, actor: Actor, fact: Fact, now: datetime) -> None:
    match fact:
        case MessageEdited(text=text):
            _replace(row, said)
            row.text, row.edited_at = text, now
        case MessageRecalled():
            _replace(row, said)
            row.text, row.recalled_at = "", now
        case ReactionAdded() | ReactionRemoved():
            row.reactions = rules.apply_reaction(reactions=row.reactions, actor=actor, fact=fact)
    row.save()


def _replace(row: AmendedMessage, said: rules.Said) -> None:
    """Take what is said now out of the log, and keep it."""
    log.replace(stream=row.conversation, seq=row.text_seq, fields=["text"])
    since = row.edited_at or said.at
    row.former = [*row.former, {"text": said.text, "at": since.isoformat()}]
