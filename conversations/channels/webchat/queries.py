"""Reading web-chat inboxes."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from conversations.channels.webchat.inbox import KIND, WebchatInbox
from conversations.definitions.models import Definition
from conversations.definitions.queries import find_definition, get_definitions
from tenants.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox in force. `key` cannot be guessed and is what a widget names; `id` is the version's own."""

    id: UUID
    key: str
    version: int
    body: WebchatInbox


def find_inbox(*, key: str) -> Inbox | None:
    """Answer the inbox with this key."""
    found = find_definition(kind=KIND, key=key)
    return None if found is None else _inbox(found)


def get_inbox(*, key: str) -> Inbox:
    """Answer the inbox with this key; raise NotFound."""
    inbox = find_inbox(key=key)
    if inbox is None:
        raise NotFound
    return inbox


def get_inboxes() -> list[Inbox]:
    """Answer all inboxes by name."""
    return sorted((_inbox(row) for row in get_definitions(kind=KIND)), key=lambda inbox: inbox.body.name)


def _inbox(row: Definition) -> Inbox:
    return Inbox(row.id, row.key, row.version, msgspec.convert(row.body, WebchatInbox))
