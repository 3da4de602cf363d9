"""An office whose time is what the test says, and what it has promised."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from config.wiring import READERS
from conversations.definitions.commands import publish
from conversations.engine.events import Recorded
from conversations.engine.readers import Progress, Reader, run_readers
from conversations.threads.actors import SYSTEM
from conversations.tickets.commands import changing
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.models import TicketRow
from conversations.tickets.rules.changing import Said, Wanted
from tenants.audit.noting import Who
from tenants.context import platform_context, tenant_context
from tests.apps.tickets.office import Office

MINUTE: Final = timedelta(minutes=1)
STEPS: Final = [
    {"key": "lead", "when": "after_start", "minutes": 30, "tells": [{"lead_of": "owner"}]},
    {
        "key": "boss",
        "when": "before_breach",
        "minutes": 20,
        "tells": [{"role": "owner"}],
        "effect": {"priority": "high"},
    },
]


class Hall:
    """An office whose time is what the test says."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.tenant = office.shop.tenant
        self.now = datetime.now(UTC).replace(microsecond=0)

    def promise(self, key: str = "usual", **said: Any) -> None:
        """Put a policy in force: an hour and forty minutes for everything, unless it is said."""
        body = {"name": key, "targets": {"resolution": {"usual": 100}}, "ladder": STEPS, **said}
        self.publish("sla_policy", key, body)

    def publish(self, kind: str, key: str, body: dict[str, Any]) -> None:
        with tenant_context(self.tenant):
            publish(kind=kind, key=key, body=body, now=self.now, by=Who(kind="system"))

    def open(self, **said: Any) -> UUID:
        with tenant_context(self.tenant):
            return open_ticket(actor=SYSTEM, wanted=Wanted(title="Parcel", **said), now=self.now)

    def do(self, ticket: UUID, **said: Any) -> None:
        with tenant_context(self.tenant):
            changing.change(ticket=ticket, actor=self.office.actor, wanted=Wanted(**said), now=self.now)

    def say(self, ticket: UUID, *, from_contact: bool = False) -> None:
        said = Said(text="Hello", from_contact=from_contact)
        with tenant_context(self.tenant):
            actor = self.office.actor
            changing.comment(ticket=ticket, actor=actor, said=said, client_id=str(self.now), now=self.now)

    def pass_(self, minutes: float) -> None:
        """Let time pass, and a worker look."""
        self.now += minutes * MINUTE
        self.look()

    def look(self, *, readers: tuple[Reader, ...] = READERS, due: bool = True) -> None:
        with tenant_context(self.tenant):
            while run_readers(readers=readers, now=self.now, due=due) is Progress.MORE:
                pass

    def log(self, ticket: UUID, *kinds: str) -> list[Recorded]:
        return [e for e in self.office.shop.read(ticket) if e.kind.split(".")[1] in kinds]

    def steps(self, ticket: UUID) -> list[tuple[str, int]]:
        """Answer which steps were taken, and how many minutes after the start each was due."""
        return [
            (e.body["level"], round((at(e, "due_at") - at(e, "start")) / MINUTE)) for e in self.log(ticket, "escalated")
        ]

    def row(self, ticket: UUID) -> TicketRow:
        with tenant_context(self.tenant):
            return TicketRow.objects.get(id=ticket)

    def head(self) -> datetime | None:
        """Answer when the company is to be looked at."""
        with platform_context(), connection.cursor() as cursor:
            cursor.execute("SELECT due_at FROM heads WHERE schema = %s", [self.tenant.schema])
            row = cursor.fetchone()
        return None if row is None else row[0]


def at(event: Recorded, name: str) -> datetime:
    return datetime.fromisoformat(event.body[name])
