"""Blocking a contact: they may read, and nothing is taken from them; and taking that back. Both are audited.

Whoever has looked whether they may write has to look anew: the access version of every conversation moves.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from conversations.audit import commands as audit
from conversations.contacts.events import ContactIsBlocked, ContactIsUnblocked
from conversations.contacts.merging.commands import hold_group, set_blocked
from conversations.contacts.streams import subject_of_contact
from conversations.engine import log
from conversations.engine.events import Draft
from conversations.threads.models import ConversationRow
from tenants.audit.noting import Target, Who


def block(*, contact: UUID, who: Who, now: datetime) -> None:
    """Take nothing from a contact any more, nor from whoever is one with them. Raises NotFound or ContactGone."""
    _change(contact, who, now, blocked=True)


def unblock(*, contact: UUID, who: Who, now: datetime) -> None:
    """Take messages from a contact again. Raises NotFound or ContactGone."""
    _change(contact, who, now, blocked=False)


def _change(contact: UUID, who: Who, now: datetime, *, blocked: bool) -> None:
    with transaction.atomic():
        group = hold_group(contact=contact)
        changed = set_blocked(group=group, at=now if blocked else None, by=who.id if blocked else None)
        if not changed:
            return
        root = group[0]
        subject = subject_of_contact(contact=root)
        found = list(ConversationRow.objects.filter(contact_id__in=group).values_list("id", flat=True))
        log.ensure_streams(subjects=[subject])
        log.lock(subjects=[subject, *found])
        log.move_access(subjects=found)
        action = "contact.blocked" if blocked else "contact.unblocked"
        audit.record(who=who, action=action, target=Target(kind="contact", id=str(root)), now=now)
        say = ContactIsBlocked if blocked else ContactIsUnblocked
        fact = say(contact=root, members=tuple(group))
        log.append(drafts=[Draft(subject=subject, fact=fact, sender=who.id)], at=now)
