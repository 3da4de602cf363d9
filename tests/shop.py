"""A company that is open: its inbox, its visitors and their conversations, made through the rooms' own commands."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from conversations.channels.webchat.commands import get_conversation_to_write_in, let_in
from conversations.definitions.inbox.queries import get_inboxes
from conversations.desk import projections
from conversations.desk.conference import invite
from conversations.desk.events import ConversationOffered, ConversationQueued
from conversations.engine import log
from conversations.engine.events import Draft, Fact, Recorded
from conversations.presence import projections as presence
from conversations.presence.events import PresenceChanged, State
from conversations.presence.streams import subject_of_member
from conversations.threads import rules
from conversations.threads.actors import SYSTEM, Actor
from conversations.threads.projections import CONVERSATIONS
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.database.session import quoted


@dataclass(frozen=True)
class Guest:
    """A visitor and where they write."""

    actor: Actor
    token: str
    conversation: UUID

    @property
    def headers(self) -> dict[str, str]:
        """Answer how they show who they are."""
        return {"authorization": f"Visitor {self.token}"}


class Shop:
    """One tenant."""

    def __init__(self, *, tenant: TenantRef) -> None:
        """It has the inbox that every new tenant has."""
        self.tenant = tenant
        with tenant_context(tenant):
            self.inbox = get_inboxes()[0].key

    def welcome(self, *, text: str | None = None) -> Guest:
        """Let a new visitor in, who starts a conversation and perhaps says something."""
        now = datetime.now(UTC)
        with tenant_context(self.tenant):
            visitor = let_in(inbox=self.inbox, token=None, now=now)
            conversation = get_conversation_to_write_in(contact=visitor.actor.id, inbox=self.inbox, now=now)
        assert visitor.token
        guest = Guest(visitor.actor, visitor.token, conversation)
        if text is not None:
            self.say(guest.conversation, guest.actor, text)
        return guest

    def say(self, conversation: UUID, actor: Actor, text: str) -> Recorded:
        """Post a message as somebody."""
        return self.write(conversation, [rules.post(actor=actor, text=text)], sender=actor.id)[0]

    def write(self, conversation: UUID, facts: Sequence[Fact], *, sender: UUID | None = None) -> list[Recorded]:
        """Append facts with the read model, in a transaction of their own."""
        drafts = [
            Draft(subject=conversation, fact=fact, sender=sender, client_id=secrets.token_hex(8) if sender else None)
            for fact in facts
        ]
        with tenant_context(self.tenant), transaction.atomic():
            return log.append(drafts=drafts, at=datetime.now(UTC), projections=[CONVERSATIONS])

    def be(self, *, member: UUID, state: State, at: datetime | None = None) -> None:
        """Let a member be in a state, now unless another time is said."""
        chosen: State = "online" if state == "offline" else state
        fact = PresenceChanged(member=member, state=state, chosen=chosen, reason=None)
        subject = subject_of_member(member=member)
        with tenant_context(self.tenant), transaction.atomic():
            log.ensure_streams(subjects=[subject])
            drafts = [Draft(subject=subject, fact=fact, sender=member)]
            presence.apply(events=log.append(drafts=drafts, at=at or datetime.now(UTC)))

    def offer(self, *, conversation: UUID, to: UUID, queue: str, team: str | None = None) -> None:
        """Let a conversation wait in a queue and be offered to a member, as the router does it."""
        now = datetime.now(UTC)
        queued = ConversationQueued(queue=queue, reason="started", since=now, channel="webchat", team=team)
        until = now + timedelta(hours=1)
        self.write(conversation, [queued, ConversationOffered(to=to, name="", queue=queue, until=until, attempt=1)])
        with tenant_context(self.tenant), transaction.atomic():
            log.lock(subjects=[conversation])
            folded = projections.load(conversations=[conversation])[conversation]
            projections.save(folded=[folded], due={conversation: until}, steps={})

    def invite(self, *, conversation: UUID, to: UUID) -> None:
        """Let a member be invited to a conversation."""
        with tenant_context(self.tenant):
            invite(conversation=conversation, actor=SYSTEM, to=to, words="Come", now=datetime.now(UTC))

    def read(self, conversation: UUID) -> list[Recorded]:
        """Answer everything on the log about a conversation, by position."""
        return [event for event in self.read_all() if event.stream.int | 1 == conversation.int | 1]

    def cut(self, *, until: int) -> None:
        """Take everything up to a position off the log, as only whoever owns the database can."""
        with platform_context(), connection.cursor() as cursor:
            table = f"{quoted(self.tenant.schema)}.event"
            cursor.execute(f"DELETE FROM {table} WHERE position <= %s", [until])

    def read_all(self) -> list[Recorded]:
        """Answer everything on the log, by position."""
        found: list[Recorded] = []
        with tenant_context(self.tenant):
            while page := log.read_tenant(after=found[-1].position if found else 0, limit=log.PAGE):
                found += page
        return found
