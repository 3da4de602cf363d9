"""Somebody at work on tickets, over REST."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.test import Client

from conversations.definitions.commands import publish
from conversations.engine.events import Recorded
from conversations.threads.actors import Actor, of_member
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop

JSON = "application/json"
TICKETS = "/api/v1/tickets"


class Office:
    """One company's tickets."""

    def __init__(self, *, shop: Shop, make_member: MakeMember, client_for: ClientFor) -> None:
        """One agent is here, and an owner."""
        self.shop = shop
        self.make_member = make_member
        self._client_for = client_for
        self.member = make_member(shop.tenant)
        self.browser = client_for(shop.tenant, self.member)
        self.boss = client_for(shop.tenant, make_member(shop.tenant, role="owner"))

    @property
    def actor(self) -> Actor:
        return of_member(member=self.member)

    def publish(self, kind: str, key: str, body: dict[str, Any]) -> None:
        """Put a definition in force."""
        with tenant_context(self.shop.tenant):
            publish(kind=kind, key=key, body=body, now=datetime.now(UTC))

    def open(self, **said: Any) -> dict[str, Any]:
        """Open a ticket; answer it."""
        made: dict[str, Any] = self.ask("post", "", {"title": "The parcel came open", **said}, status=201)
        return made

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200, client: Client | None = None) -> Any:
        """Ask something of tickets; answer the answer's body."""
        send = getattr(client or self.browser, method)
        answer = send(f"{TICKETS}{path}", body, content_type=JSON) if body is not None else send(f"{TICKETS}{path}")
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    def change(self, ticket: dict[str, Any], **said: Any) -> Any:
        """Change a ticket; answer it as it is then."""
        return self.ask("patch", f"/{ticket['id']}", said)

    def refused(self, ticket: dict[str, Any], code: int, **said: Any) -> Any:
        """Change a ticket, which is refused; answer why."""
        return self.ask("patch", f"/{ticket['id']}", said, status=code)["code"]

    def browser_of(self, role: str) -> Client:
        """Answer a browser of somebody else."""
        return self._client_for(self.shop.tenant, self.make_member(self.shop.tenant, role=role))

    def browser_for(self, member: Member) -> Client:
        """Answer a browser of a member."""
        return self._client_for(self.shop.tenant, member)

    def program(self, *scopes: str) -> Client:
        """Answer a program with a key of these scopes."""
        made = self.boss.post("/api/v1/keys", {"name": "Robot", "scopes": list(scopes)}, content_type=JSON).json()
        client = self._client_for(self.shop.tenant)
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['secret']}"
        return client

    def log(self, ticket: dict[str, Any]) -> list[Recorded]:
        """Answer everything on the log about a ticket."""
        return self.shop.read(UUID(ticket["id"]))

    def kinds(self, ticket: dict[str, Any]) -> list[str]:
        """Answer what has happened to a ticket, in short."""
        return [event.kind.split(".")[1] for event in self.log(ticket)]
