"""Tickets of a company that has one of everything that the API can name."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from conversations.definitions.commands import publish
from conversations.threads.actors import SYSTEM
from conversations.tickets.approvals.commands import ask as ask_for_approval
from conversations.tickets.kind.approval import ApprovalRule
from conversations.tickets.kind.people import Tell
from tenants.context import tenant_context
from tenants.members.permissions import Role
from tests.shop import Guest

if TYPE_CHECKING:
    from tests.contracts.stock import Stock

JSON = "application/json"


class Ticketing:
    """How to get more tickets of a stock."""

    def __init__(self, stock: "Stock") -> None:
        self._stock = stock

    def ticket(self, path: str) -> dict[str, Any]:
        """Open a ticket and another one; answer the first with one of everything that a path names of one."""
        base = "/api/v1/tickets"
        first, other = (
            self._stock.owner.post(base, {"title": title}, content_type=JSON).json()["id"] for title in ("One", "Other")
        )
        self._stock.words["THE-ID-OF-ANOTHER-TICKET"] = other
        if path.endswith("/link"):
            said = {"title": "Theirs", "contact": str(self._stock.welcome().actor.id)}
            first = self._stock.owner.post(base, said, content_type=JSON).json()["id"]
        if path.endswith("/acknowledge"):
            self.escalate(first)
        found = {"ticket": first, "other": other}
        if "{item}" in path:
            made = self._stock.owner.post(f"{base}/{first}/checklist", {"text": "Call"}, content_type=JSON).json()
            found["item"] = made["checklist"][0]["id"]
        if "{entry}" in path:
            self._stock.owner.post(f"{base}/{first}/time", {"amount": 1}, content_type=JSON)
            found["entry"] = self._stock.owner.get(f"{base}/{first}/time").json()["results"][0]["id"]
        if "/approvals" in path:
            self._stock.make_member(self._stock.shop.tenant, role="supervisor")
        if "{approval}" in path:
            found["approval"] = self.approval(first)
        return found

    def own_ticket(self, guest: Guest, *, solved: bool) -> str:
        """Open a ticket of a guest's; answer its id."""
        said = {"title": "Theirs", "contact": str(guest.actor.id), "status": "solved" if solved else "open"}
        made: dict[str, str] = self._stock.owner.post("/api/v1/tickets", said, content_type=JSON).json()
        return made["id"]

    def approval(self, ticket: str) -> str:
        """Let the owner be asked by somebody else for an approval of a ticket; answer its id."""
        asked: Any = {"key": None, "rule": ApprovalRule(name="Refund", approvers=(Tell(role=Role.OWNER),)), "text": ""}
        with tenant_context(self._stock.shop.tenant):
            return str(ask_for_approval(ticket=UUID(ticket), actor=SYSTEM, now=datetime.now(UTC), **asked))

    def escalate(self, ticket: str) -> None:
        """Let a ticket be one of which somebody was told, at once."""
        step = {"key": "now", "when": "after_start", "minutes": 0, "tells": [{"role": "owner"}]}
        body = {"name": "Soon", "targets": {"resolution": {"usual": 60}}, "ladder": [step]}
        with tenant_context(self._stock.shop.tenant):
            publish(kind="sla_policy", key="soon", body=body, now=datetime.now(UTC))
        self._stock.owner.patch(f"/api/v1/tickets/{ticket}", {"title": "Urgent"}, content_type=JSON)
