"""Setting up web-chat inboxes, and letting visitors in."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db import transaction

from conversations.channels.webchat.newcomers import count_newcomer
from conversations.channels.webchat.vouching.commands import let_in_vouched
from conversations.contacts.commands import add_visitor, hold_own
from conversations.contacts.identities import commands as identities
from conversations.contacts.queries import find_visitor
from conversations.definitions.commands import lock_definitions, publish
from conversations.definitions.inbox.body import KIND, WebchatInbox
from conversations.definitions.inbox.form import check_answers, find_addresses
from conversations.definitions.inbox.queries import Inbox, find_inbox, get_inbox, get_inboxes
from conversations.threads.actors import Actor, as_who
from conversations.threads.commands import start_conversation
from conversations.threads.events import ConversationIntroduced
from conversations.threads.queries import find_current, get_recent
from tenants.context import TenantRef, tenant_context
from tenants.refusals import NotAllowed, Refusal

SHOWN: Final = 20


class VouchingRequired(Refusal):
    """This chat is for visitors who are signed in on its site."""

    code = "vouching_required"
    status = 403


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor who was let in. `token` is set only when it was made just now.

    `conversation` is the one to go on with, `conversations` are the last ones, the oldest first.
    """

    actor: Actor
    inbox: Inbox
    token: str | None
    vouched: bool
    conversation: UUID | None
    conversations: list[UUID]


def add_inbox(*, name: str, now: datetime) -> Inbox:
    """Make a web-chat inbox with a new key."""
    key = secrets.token_urlsafe(15)
    publish(kind=KIND, key=key, body=msgspec.to_builtins(WebchatInbox(name=name)), now=now)
    return get_inbox(key=key)


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
        body = {**msgspec.to_builtins(get_inbox(key=key).body), **changes}
        publish(kind=KIND, key=key, body=body, now=now, by=as_who(actor=actor))
        return get_inbox(key=key)


def let_in(*, inbox: str, token: str | None, now: datetime, identity: str | None = None) -> Visitor:
    """Let a visitor in: whom the site vouches for, who shows a token of this inbox, or else somebody new.

    Raises NotFound, VouchingRequired, TooManyVisitors, or what is wrong with the identity.
    """
    found = get_inbox(key=inbox)
    if identity is not None:
        actor, given = let_in_vouched(inbox=found, identity=identity, token=token, now=now)
        return _visitor(actor, found, given, vouched=True)
    known = find_visitor(token=token, now=now) if token else None
    if known is not None and known.inbox == inbox:
        check_vouching(inbox=found, vouched=known.contact.is_vouched)
        actor = Actor("contact", known.contact.id, known.contact.name)
        return _visitor(actor, found, None, vouched=known.contact.is_vouched)
    check_vouching(inbox=found, vouched=False)
    count_newcomer(inbox=inbox)
    contact, given = add_visitor(inbox=inbox, now=now)
    return _visitor(Actor("contact", contact.id, contact.name), found, given, vouched=False)


def check_vouching(*, inbox: Inbox, vouched: bool) -> None:
    """Raise VouchingRequired for a visitor whom nobody vouches for, where that is needed."""
    if inbox.body.require_vouching is True and not vouched:
        raise VouchingRequired


def get_conversation_to_write_in(
    *,
    contact: UUID,
    inbox: str,
    now: datetime,
    language: str | None = None,
    answers: Mapping[str, str] = MappingProxyType({}),
) -> UUID:
    """Answer the visitor's conversation; start one if there is none. Two at once answer the same.

    Whoever starts one has filled in the inbox's form; raise Invalid.
    """
    with transaction.atomic():
        hold_own(contact=contact)
        current = find_current(contact=contact)
        if current is None:
            found = find_inbox(key=inbox)
            form = () if found is None else found.body.form or ()
            given = check_answers(form=form, answers=answers)
            said = ConversationIntroduced(language=language, answers=given) if language or given else None
            told = [identities.Told(*one) for one in find_addresses(form=form, answers=given).items()]
            claim = identities.look(contact=contact, told=told, by=contact)
            current = start_conversation(contact=contact, inbox=inbox, channel="webchat", now=now, introduced=said)
            identities.write(claim=claim, now=now)
        return current


def _visitor(actor: Actor, inbox: Inbox, token: str | None, *, vouched: bool) -> Visitor:
    current, recent = find_current(contact=actor.id), get_recent(contact=actor.id, limit=SHOWN)
    return Visitor(actor, inbox, token, vouched, current, recent)
