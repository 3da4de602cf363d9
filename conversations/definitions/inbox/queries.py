"""Reading inboxes."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

import msgspec

from conversations.definitions.inbox.body import KIND, WebchatInbox
from conversations.definitions.models import Definition
from conversations.definitions.queries import find_definition, get_definitions, get_newest
from tenants.paging import Page, Window, turn_whole
from tenants.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox. `key` cannot be guessed and is what a widget names; `id` is the version's own."""

    id: UUID
    key: str
    version: int
    body: WebchatInbox
    is_retired: bool = False


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


def get_page(*, window: Window) -> Page[Inbox]:
    """Answer a page of the inboxes by name. There are no more than a company can have definitions of a kind."""
    return turn_whole(rows=get_inboxes(), window=window, key=lambda inbox: (inbox.body.name, inbox.key))


def get_newest_inboxes(*, keys: Collection[str]) -> dict[str, Inbox]:
    """Answer inboxes by key, retired ones too: what came through them is shown."""
    return {key: _inbox(row) for (_, key), row in get_newest(places=[(KIND, key) for key in keys]).items()}


def _inbox(row: Definition) -> Inbox:
    return Inbox(row.id, row.key, row.version, msgspec.convert(row.body, WebchatInbox), row.is_retired)
