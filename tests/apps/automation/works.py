"""A company whose rules are looked after by the readers that a worker runs, and whose time is what the test says."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from conversations.automation.reactions import READERS
from conversations.definitions.commands import publish, retire
from conversations.definitions.queries import find_newest
from conversations.engine.events import Recorded
from conversations.engine.readers import Progress, Reader, run_readers
from conversations.threads.actors import SYSTEM, Actor, of_member
from conversations.threads.queries import get_state
from conversations.threads.rules import Conversation
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.models import TicketRow
from conversations.tickets.rules.changing import Wanted
from tenants.audit.noting import Who
from tenants.context import tenant_context
from tests.conftest import ClientFor, MakeMember
from tests.shop import Guest, Shop

JSON: Final = "application/json"


class Works:
    """One company."""

    def __init__(self, *, shop: Shop, make_member: MakeMember, client_for: ClientFor) -> None:
        """An agent is there, and an owner."""
        self.shop = shop
        self.tenant = shop.tenant
        self.make_member = make_member
        self.client_for = client_for
        self.member = make_member(shop.tenant)
        self.owner = make_member(shop.tenant, role="owner")
        self.browser = client_for(shop.tenant, self.member)
        self.boss = client_for(shop.tenant, self.owner)
        self.now = datetime.now(UTC)

    @property
    def readers(self) -> tuple[Reader, ...]:
        return READERS

    @property
    def actor(self) -> Actor:
        return of_member(member=self.member)

    def publish(self, kind: str, key: str, body: dict[str, Any]) -> UUID:
        """Put a definition in force; answer the version's id."""
        with tenant_context(self.tenant):
            return publish(kind=kind, key=key, body=body, now=datetime.now(UTC), by=Who(kind="system")).id

    def retire(self, key: str) -> None:
        with tenant_context(self.tenant):
            retire(kind="rule", key=key, now=datetime.now(UTC), by=Who(kind="system"))

    def rule(self, key: str, event: str, *actions: dict[str, Any], when: Any = None, **said: Any) -> UUID:
        """Put a rule in force; answer the version's id."""
        body = {"name": key, "when": {"event": event, **(when or {})}, "actions": list(actions)}
        if "if_" in said:
            body["if"] = said.pop("if_")
        return self.publish("rule", key, {**body, **said})

    def version(self, key: str) -> int:
        with tenant_context(self.tenant):
            row = find_newest(kind="rule", key=key)
        assert row is not None
        return row.version

    def look(self, *, readers: tuple[Reader, ...] = READERS, due: bool = False) -> None:
        """Let a worker look until it is done."""
        with tenant_context(self.tenant):
            while run_readers(readers=readers, now=self.now, due=due) is Progress.MORE:
                pass

    def pass_(self, seconds: float) -> None:
        """Let time pass, and a worker look."""
        self.now += timedelta(seconds=seconds)
        self.look(due=True)

    def come(self, text: str = "Hello") -> Guest:
        """Let a visitor write; nobody has looked yet."""
        guest = self.shop.welcome(text=text)
        self.now = max(self.now, datetime.now(UTC))
        return guest

    def open(self, **said: Any) -> UUID:
        with tenant_context(self.tenant):
            return open_ticket(actor=SYSTEM, wanted=Wanted(title="Parcel", **said), now=self.now)

    def state(self, guest: Guest) -> Conversation:
        with tenant_context(self.tenant):
            return get_state(conversation=guest.conversation)

    def ticket(self, id_: UUID) -> TicketRow:
        with tenant_context(self.tenant):
            return TicketRow.objects.get(id=id_)

    def log(self, subject: UUID, *kinds: str) -> list[Recorded]:
        """Answer what happened of these kinds, in short ("tagged")."""
        return [event for event in self.shop.read(subject) if event.kind.split(".")[1] in kinds]

    def told(self, *kinds: str) -> list[Recorded]:
        """Answer what is told of rules themselves."""
        wanted = {f"automation.{kind}.v1" for kind in kinds}
        return [event for event in self.shop.read_all() if event.kind in wanted]
