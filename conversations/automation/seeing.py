"""Reading what conditions ask about, as it is now: a conversation or ticket, and its contact."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from conversations.automation.rule.fields import ATTRIBUTE, FIELD
from conversations.automation.rule.triggers import Subject, say
from conversations.automation.rules.scene import Scene
from conversations.contacts.queries import get_contacts
from conversations.engine.events import Recorded
from conversations.engine.streams import subject_of
from conversations.threads.queries import get_conversation
from conversations.tickets.queries import get_ticket
from tenants.refusals import NotFound


def look_at(*, event: Recorded, subject: Subject, now: datetime) -> Scene:
    """Answer what conditions see of an event and of what it is about."""
    seen = Now(subject=subject, id_=subject_of(stream=event.stream))
    return Scene(now=now, said=say(event=event), load=seen.load)


class Now:
    """A conversation or ticket as its row says; each is read when it is asked for."""

    def __init__(self, *, subject: Subject, id_: UUID) -> None:
        """Nothing is read yet."""
        self._subject = subject
        self._id = id_

    def load(self, group: str) -> Mapping[str, Any]:
        """Answer the values of a group of fields; none of them where there is no such thing."""
        try:
            if group == "contact":
                contact = self._find_contact()
                return {} if contact is None else see_contact(contact=contact)
            return self._conversation() if group == "conversation" else self._ticket()
        except NotFound:
            return {}

    def _conversation(self) -> Mapping[str, Any]:
        row = get_conversation(conversation=self._id)
        return {
            "conversation.status": row.status,
            "conversation.inbox": row.inbox,
            "conversation.assignee": row.assignee,
            "conversation.tags": tuple(row.tags),
            "conversation.priority": row.priority,
            "conversation.snoozed": row.snoozed_seq is not None,
            "conversation.started_at": row.started_at,
        }

    def _ticket(self) -> Mapping[str, Any]:
        row = get_ticket(ticket=self._id)
        names = ("type", "title", "text", "status", "category", "priority", "owner", "team", "opened_at")
        said = {f"ticket.{name}": getattr(row, name) for name in names}
        return said | {f"{FIELD}{key}": value for key, value in row.fields.items()}

    def _find_contact(self) -> UUID | None:
        if self._subject == "conversation":
            return get_conversation(conversation=self._id).contact_id
        return get_ticket(ticket=self._id).contact_id


def see_contact(*, contact: UUID) -> Mapping[str, Any]:
    """Answer the fields of a contact as they are now; none where there is no such contact."""
    found = get_contacts(contacts=[contact]).get(contact)
    if found is None:
        return {}
    said = {
        "contact.name": found.name,
        "contact.email": found.email,
        "contact.phone": found.phone,
        "contact.vouched": found.is_vouched,
        "contact.blocked": found.is_blocked,
        "contact.created_at": found.created_at,
    }
    return said | {f"{ATTRIBUTE}{key}": value for key, value in found.attributes.items()}
