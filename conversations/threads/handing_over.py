"""Handing a member's work over to another, whatever the members' roles: for what the platform decides about people."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.engine import log
from conversations.engine.events import Draft
from conversations.threads import rules
from conversations.threads.actors import SYSTEM
from conversations.threads.models import ConversationRow
from conversations.threads.projections import CONVERSATIONS
from conversations.threads.queries import get_state


def hand_over(*, gone: UUID, to: UUID, name: str, now: datetime) -> None:
    """Assign all that is assigned to `gone` to `to`, who is called `name`; one conversation a transaction."""
    for conversation in ConversationRow.objects.filter(assignee=gone).values_list("id", flat=True):
        with transaction.atomic():
            log.lock(subjects=[conversation])
            state = get_state(conversation=conversation)
            if state.assignee == gone:
                facts = rules.assign(state=state, actor=SYSTEM, to=to, name=name)
                drafts = [Draft(subject=conversation, fact=fact, sender=SYSTEM.id) for fact in facts]
                log.append(drafts=drafts, at=now, projections=[CONVERSATIONS])
