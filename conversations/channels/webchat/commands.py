"""Setting up web-chat inboxes, and letting visitors in."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from conversations.channels.webchat.inbox import KIND, WebchatInbox
from conversations.channels.webchat.queries import Inbox, find_inbox, get_inboxes
from conversations.contacts.commands import add_visitor, lock_contact
from conversations.contacts.queries import find_visitor
from conversations.definitions.commands import lock_definitions, publish
from conversations.threads.actors import Actor
from conversations.threads.commands import start_conversation
from conversations.threads.queries import find_current
from tenants.context import TenantRef, tenant_context
from tenants.refusals import NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor who was let in. `token` is set only when it was made just now."""

    actor: Actor
    inbox: Inbox
    token: str | None
    conversation: UUID | None


def add_inbox(*, name: str, now: datetime) -> Inbox:
    """Make a web-chat inbox with a new key."""
    key = secrets.token_urlsafe(15)
    publish(kind=KIND, key=key, body=msgspec.to_builtins(WebchatInbox(name=name)), now=now)
    return _get_inbox(key)


def furnish(*, tenant: TenantRef, name: str, now: datetime) -> None:
    """Give a new tenant its first inbox, called like the company; one that has an inbox is left as it is."""
    with tenant_context(tenant):
        if not get_inboxes():
            add_inbox(name=name, now=now)


def change_inbox(*, key: str, changes: dict[str, Any], actor: Actor, now: datetime) -> Inbox:
    """Publish the inbox with some fields changed; raise NotFound, NotAllowed or Invalid."""
    if not actor.may("inboxes.manage"):
        raise NotAllowed
    with transaction.atomic():
        lock_definitions()  # what somebody else changes meanwhile is not taken back
        body = {**msgspec.to_builtins(_get_inbox(key).body), **changes}
        publish(kind=KIND, key=key, body=body, now=now, by=actor.id)
        return _get_inbox(key)


def let_in(*, inbox: str, token: str | None, now: datetime) -> Visitor:
    """Let a visitor in: who shows a token of this inbox is known again, anybody else is new."""
    found = _get_inbox(inbox)
    known = find_visitor(token=token) if token else None
    if known is not None and known[1] == inbox:
        contact = known[0]
        return Visitor(Actor("contact", contact.id, contact.name), found, None, find_current(contact=contact.id))
    contact, new_token = add_visitor(inbox=inbox, now=now)
    return Visitor(Actor("contact", contact.id, contact.name), found, new_token, None)


def get_conversation_to_write_in(*, contact: UUID, inbox: str, now: datetime) -> UUID:
    """Answer the visitor's conversation; start one if there is none. Two at once answer the same."""
    with transaction.atomic():
        lock_contact(contact=contact)
        current = find_current(contact=contact)
        if current is None:
            current = start_conversation(contact=contact, inbox=inbox, channel="webchat", now=now)
        return current


def _get_inbox(key: str) -> Inbox:
    inbox = find_inbox(key=key)
    if inbox is None:
        raise NotFound
    return inbox
