"""Erasing a contact: nothing personal of them stays, in no table, file or kept answer; what happened when does.

All of the tenant's schema is one transaction: killed anywhere, nothing has happened, and it is asked for again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.access.answers import forget_mentioning
from conversations.contacts.commands import blank
from conversations.contacts.queries import get_same
from conversations.engine import log
from conversations.engine.events import Draft, Fact
from conversations.engine.readers import forget_errors
from conversations.threads.actors import Actor
from conversations.threads.drafting.commands import forget_drafts_in
from conversations.threads.events import ContactErased, ConversationAssigned, ConversationResolved
from conversations.threads.models import AmendedMessage, ConversationRow
from conversations.threads.projections import CONVERSATIONS
from tenants.audit.noting import Target, Who, note
from tenants.context import current_tenant, platform_context
from tenants.exports.commands import drop_files
from tenants.refusals import NotAllowed

# A port that config/wiring.py fills: what else is told of these contacts, which the erasing transaction holds. Each
# answers what it has emptied.
erase_besides: list[Callable[[Sequence[UUID], Actor, datetime], Sequence[UUID]]] = []


@dataclass(frozen=True, slots=True)
class Erased:
    """Who is erased, with those who were merged into them, and in how many conversations."""

    contact: UUID
    conversations: int


def erase_contact(*, contact: UUID, actor: Actor, now: datetime) -> Erased:
    """Erase a contact, and whoever was merged with them; again, it erases what was left. Raises NotAllowed, NotFound.

    Their conversations end: nobody comes in as the contact any more, and nothing more can be written there.
    """
    if not actor.may("contacts.erase"):
        raise NotAllowed
    tenant = current_tenant()
    ids = get_same(contact=contact)
    with platform_context():
        drop_files(tenant_id=tenant.id)
    conversations = _erase(ids, actor, now)
    with platform_context(), transaction.atomic():
        drop_files(tenant_id=tenant.id)  # one that was being made meanwhile is made anew
        who = Who(kind="member", id=actor.id, label=actor.name)
        note(tenant=tenant.id, who=who, action="contact.erased", target=Target(kind="contact", id=str(ids[0])), now=now)
    return Erased(ids[0], len(conversations))


def _erase(ids: Sequence[UUID], actor: Actor, now: datetime) -> list[UUID]:
    with transaction.atomic():
        blank(contacts=ids, now=now)
        found = ConversationRow.objects.filter(contact_id__in=ids).order_by("id")
        conversations = list(found.values_list("id", flat=True))
        log.lock(subjects=conversations)
        for conversation in conversations:
            log.erase(subject=conversation)
        forget_drafts_in(conversations=conversations)
        AmendedMessage.objects.filter(conversation__in=conversations).delete()
        besides = [emptied for erase in erase_besides for emptied in erase(ids, actor, now)]
        forget_mentioning(ids=[*ids, *conversations, *besides])
        forget_errors()
        closed = log.find_closed(subjects=conversations)  # there it was said before
        drafts = [
            Draft(subject=row.id, fact=fact, sender=actor.id)
            for row in found
            if row.id not in closed
            for fact in _facts(ids[0], row)
        ]
        log.append(drafts=drafts, at=now, projections=[CONVERSATIONS])
        found.update(last_text="", tags=[])
        log.close(subjects=conversations)
    return conversations


def _facts(contact: UUID, row: ConversationRow) -> list[Fact]:
    """Say it, and let nobody have anything to do with the conversation any more."""
    facts: list[Fact] = [ContactErased(contact=contact)]
    if row.assignee is not None:
        facts.append(ConversationAssigned(to=None, name=None))
    if row.status != "resolved":
        facts.append(ConversationResolved())
    return facts
