"""Canned replies as they are offered in one conversation: in its contact's language, every variable filled in."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from conversations.contacts.queries import get_attributes
from conversations.contacts.rules import say_value
from conversations.definitions.canned_reply.body import CANNED_REPLY, CannedReply
from conversations.definitions.canned_reply.rules import LAST_RESORT, choose_language, render
from conversations.definitions.inbox.queries import get_newest_inboxes
from conversations.definitions.queries import get_definitions
from conversations.engine.models import Event
from conversations.threads.actors import Actor
from conversations.threads.events import ConversationIntroduced
from conversations.threads.models import ConversationRow
from conversations.threads.queries import get_conversation
from conversations.threads.rules import check_write, sees_personal
from tenants.paging import Page, Window, turn_whole

BEFORE_ALL: Final = 9  # what a contact said beforehand is among the first events


@dataclass(frozen=True, slots=True)
class Offered:
    """A canned reply as it would be sent."""

    key: str
    name: str
    language: str
    text: str


def get_replies(
    *, conversation: UUID, actor: Actor, language: str | None, search: str, window: Window
) -> Page[Offered]:
    """Answer those whose key, name or text holds the words of `search`, by key; raise NotFound, NotAllowed.

    Without a `language` the contact's own counts, as far as it is known.
    """
    row = get_conversation(conversation=conversation)
    check_write(contact=row.contact_id, actor=actor)
    spoken = language or _find_language(conversation) or LAST_RESORT
    words = search.lower().split()
    bodies = {found.key: msgspec.convert(found.body, CannedReply) for found in get_definitions(kind=CANNED_REPLY.name)}
    chosen = {key: choose_language(reply=body, language=spoken) for key, body in bodies.items()}
    values = {each: _values(row, actor, each) for each in set(chosen.values())}
    offered = [
        Offered(key, body.name, chosen[key], render(reply=body, language=chosen[key], values=values[chosen[key]]))
        for key, body in bodies.items()
    ]
    rows = [each for each in offered if all(word in f"{each.key} {each.name} {each.text}".lower() for word in words)]
    return turn_whole(rows=rows, window=window, key=lambda each: (each.key,))


def _find_language(conversation: UUID) -> str | None:
    said = Event.objects.filter(stream=conversation, seq__lte=BEFORE_ALL, kind=ConversationIntroduced.kind).first()
    return None if said is None else said.body["language"]


def _values(row: ConversationRow, actor: Actor, language: str) -> dict[str, str]:
    inbox = get_newest_inboxes(keys=[row.inbox]).get(row.inbox)
    known = {
        "agent.name": actor.name,
        "conversation.id": str(row.id),
        "inbox.name": "" if inbox is None else inbox.body.name,
    }
    return known | _of_contact(row, language) if sees_personal(actor=actor) else known


def _of_contact(row: ConversationRow, language: str) -> dict[str, str]:
    contact, attributes = row.contact, get_attributes()
    return {
        # Who has not said a name is numbered, which is no name to be called by.
        "contact.name": "" if contact.name.startswith("#") else contact.name,
        **{
            f"contact.attributes.{key}": say_value(attribute=attributes[key], value=value, language=language)
            for key, value in contact.attributes.items()
            if key in attributes
        },
    }
