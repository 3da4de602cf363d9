"""What conditions may ask about, by name: fields of the event, of its conversation or ticket, and of its contact."""

from collections.abc import Mapping
from typing import Final

from conversations.automation.rule.triggers import TRIGGERS, Subject
from conversations.automation.rule.types import Type

EVENT: Final = {"event.at": Type.MOMENT, "event.automatic": Type.BOOL}
CONVERSATION: Final = {
    "conversation.status": Type.WORD,
    "conversation.inbox": Type.WORD,
    "conversation.assignee": Type.MEMBER,
    "conversation.tags": Type.TAGS,
    "conversation.priority": Type.PRIORITY,
    "conversation.snoozed": Type.BOOL,
    "conversation.started_at": Type.MOMENT,
}
TICKET: Final = {
    "ticket.type": Type.WORD,
    "ticket.title": Type.TEXT,
    "ticket.text": Type.TEXT,
    "ticket.status": Type.WORD,
    "ticket.category": Type.WORD,
    "ticket.priority": Type.PRIORITY,
    "ticket.owner": Type.MEMBER,
    "ticket.team": Type.WORD,
    "ticket.opened_at": Type.MOMENT,
}
CONTACT: Final = {
    "contact.name": Type.TEXT,
    "contact.email": Type.TEXT,
    "contact.phone": Type.TEXT,
    "contact.vouched": Type.BOOL,
    "contact.blocked": Type.BOOL,
    "contact.created_at": Type.MOMENT,
}
ATTRIBUTE: Final = "contact.attributes."
FIELD: Final = "ticket.fields."
OF: Final[Mapping[Subject, Mapping[str, Type]]] = {
    "conversation": {**EVENT, **CONVERSATION, **CONTACT},
    "ticket": {**EVENT, **TICKET, **CONTACT},
}

# Whose values are keys of definitions.
KEYS_OF: Final = {
    "conversation.inbox": "inbox",
    "ticket.type": "ticket_type",
    "ticket.team": "team",
    "event.team": "team",
    "event.queue": "queue",
}


def find_type(*, field: str, trigger: str) -> Type | None:
    """Answer the type of a field where a rule follows this trigger; None for a field that there is not."""
    known = TRIGGERS[trigger]
    if field.startswith(ATTRIBUTE) or (known.subject == "ticket" and field.startswith(FIELD)):
        return Type.OPEN
    group, _, name = field.partition(".")
    return known.said.get(name, OF[known.subject].get(field)) if group == "event" else OF[known.subject].get(field)
