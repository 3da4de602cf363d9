"""A company's desk on a database: queues, agents who come and go, and a router that looks when it is told to."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from conversations.channels.webchat.commands import change_inbox
from conversations.definitions.commands import publish
from conversations.desk.models import WorkRow
from conversations.desk.reactions import READERS
from conversations.engine import log
from conversations.engine.events import Draft, Recorded
from conversations.engine.readers import Progress, run_readers
from conversations.presence.events import State
from conversations.threads.actors import SYSTEM, Actor, of_member
from conversations.threads.projections import CONVERSATIONS
from conversations.threads.rules import post
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.conftest import MakeMember
from tests.shop import Guest, Shop


class Floor:
    """One shop's people and queues. Time is what the test says: `now` moves by pass_()."""

    def __init__(self, *, shop: Shop, make_member: MakeMember) -> None:
        """Begin with one queue `help`, which the shop's inbox names; nobody is here yet."""
        self.shop = shop
        self._make = make_member
        self.now = datetime.now(UTC)

    def open(self, **body: Any) -> None:
        """Publish the queue `help` and let the inbox name it; at first it hands out directly, to everybody."""
        with tenant_context(self.shop.tenant):
            publish(kind="queue", key="help", body={"name": "Help", "hand_out": "direct", **body}, now=self.now)
            change_inbox(key=self.shop.inbox, changes={"queue": "help"}, actor=SYSTEM, now=self.now)

    def publish(self, kind: str, key: str, body: dict[str, Any]) -> None:
        with tenant_context(self.shop.tenant):
            publish(kind=kind, key=key, body=body, now=self.now)

    def agent(self, *, name: str = "Ada", role: str = "agent", state: State = "online", **body: Any) -> Actor:
        """Let somebody be an agent who is here."""
        member = self._make(self.shop.tenant, name=name, role=role)
        if body:
            self.publish("agent", str(member.person_id), body)
        self.be(member, state)
        return of_member(member=member)

    def be(self, who: Member | Actor, state: State) -> None:
        """Let somebody be in a state from now on."""
        person = who.person_id if isinstance(who, Member) else who.id
        self.shop.be(member=person, state=state, at=self.now)

    def pass_(self, seconds: float) -> None:
        """Let time pass, and the router look if it is due."""
        self.now += timedelta(seconds=seconds)
        self.route(due=True)

    def route(self, *, due: bool = False) -> None:
        """Let the readers go on until there is nothing to do."""
        with tenant_context(self.shop.tenant):
            while run_readers(readers=READERS, now=self.now, due=due) is Progress.MORE:
                pass

    def come(self, text: str = "hello") -> Guest:
        """Let a visitor come who says something; the router has seen it."""
        guest = self.shop.welcome(text=text)
        self.route()
        return guest

    def say(self, guest: Guest, actor: Actor, text: str) -> None:
        """Let somebody say something now, by the test's own time."""
        draft = Draft(subject=guest.conversation, fact=post(actor=actor, text=text), sender=actor.id)
        with tenant_context(self.shop.tenant), transaction.atomic():
            log.append(drafts=[draft], at=self.now, projections=[CONVERSATIONS])
        self.route()

    def row(self, conversation: UUID) -> WorkRow:
        with tenant_context(self.shop.tenant):
            return WorkRow.objects.get(id=conversation)

    def told(self, conversation: UUID) -> list[Recorded]:
        """Answer what the desk has said about a conversation."""
        return [
            event
            for event in self.shop.read(conversation)
            if event.kind.startswith("conversation.") and event.stream.int & 1
        ]

    def kinds(self, conversation: UUID) -> list[str]:
        """Answer what has happened, in short: queued, offered, offer_lapsed ..."""
        return [event.kind.split(".")[1] for event in self.told(conversation)]
