"""Keeping drafts, and forgetting them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from conversations.engine import log
from conversations.threads import rules
from conversations.threads.actors import Actor
from conversations.threads.drafting.queries import Draft, Kind, get_draft
from conversations.threads.models import DraftMessage
from conversations.threads.queries import get_state
from tenants.database.models import new_id
from tenants.refusals import NotAllowed

KEPT_EMPTY: Final = timedelta(days=7)
_NEEDED: Final = {"answer": "conversations.reply", "note": "conversations.note"}

# The higher version holds, whichever comes first; the same one again changes nothing.
_KEEP: Final = """
INSERT INTO draft_message AS d (id, member, conversation, kind, text, reply_to, version, at)
VALUES (%(id)s, %(member)s, %(conversation)s, %(kind)s, %(text)s, %(reply_to)s, %(version)s, %(now)s)
ON CONFLICT (member, conversation, kind) DO UPDATE SET
    text = excluded.text, reply_to = excluded.reply_to, version = excluded.version, at = excluded.at
WHERE d.version < excluded.version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody has written of a draft; empty: it was sent, or given up."""

    text: str
    reply_to: int | None
    version: int


def keep_draft(*, conversation: UUID, kind: Kind, actor: Actor, written: Written, now: datetime) -> Draft:
    """Keep a draft unless a newer one is kept; answer the one that holds. Raises NotFound, NotAllowed."""
    with transaction.atomic():
        log.lock(subjects=[conversation])  # whoever erases its contact holds it, too
        state = get_state(conversation=conversation)
        rules.check_view(contact=state.contact, actor=actor)
        if not actor.may(_NEEDED[kind]):
            raise NotAllowed
        place: dict[str, Any] = {"member": actor.id, "conversation": conversation, "kind": kind}
        said = {"text": written.text, "reply_to": written.reply_to, "version": written.version}
        if not log.find_closed(subjects=[conversation]):  # of an erased contact nothing is written down any more
            with connection.cursor() as cursor:
                cursor.execute(_KEEP, {"id": new_id(), **place, **said, "now": now})
        return get_draft(conversation=conversation, kind=kind, member=actor.id)


def forget_drafts_in(*, conversations: Collection[UUID]) -> None:
    """Forget all drafts in these conversations, whosever they are."""
    DraftMessage.objects.filter(conversation__in=list(conversations)).delete()


def forget_drafts_of(*, member: UUID) -> None:
    """Forget all drafts of a member."""
    DraftMessage.objects.filter(member=member).delete()


def forget_empty_drafts(*, now: datetime) -> None:
    """Forget those that have been empty for long."""
    DraftMessage.objects.filter(text="", at__lt=now - KEPT_EMPTY).delete()
