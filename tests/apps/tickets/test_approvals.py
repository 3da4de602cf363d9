"""Approvals over REST: who is asked sees it, answers it, and the ticket goes on; and time runs out."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.apps.tickets.hall import Hall
from tests.apps.tickets.office import Office

TYPE = {
    "name": "Return",
    "statuses": [
        {"key": "new", "name": "New", "category": "new"},
        {"key": "paid", "name": "Paid back", "category": "solved", "demands": "refund"},
        {"key": "solved", "name": "Solved", "category": "solved"},
    ],
    "approvals": {"refund": {"name": "Refund", "approvers": [{"role": "supervisor"}]}},
}


def ask(office: Office, ticket: dict[str, Any], status: int = 201, **said: Any) -> Any:
    return office.ask("post", f"/{ticket['id']}/approvals", said, status=status)


def test_a_status_is_reached_when_whoever_is_asked_agrees(office: Office) -> None:
    office.publish("ticket_type", "return", TYPE)
    lead = office.browser_of("supervisor")
    ticket = office.open(type="return")
    assert office.refused(ticket, 409, status="paid") == "approval_missing"
    (approval,) = ask(office, ticket, key="refund", text="30 EUR")["approvals"]
    assert (approval["state"], approval["title"], approval["due_at"]) == ("asked", "Refund", None)
    assert ask(office, ticket, 409, key="refund")["code"] == "approval_asked"
    path = f"/{ticket['id']}/approvals/{approval['id']}"
    assert office.ask("post", f"{path}/answer", {"approves": True}, status=409)["code"] == "not_asked"
    (mine,) = office.ask("get", "?approver=me", client=lead)["results"]
    assert mine["id"] == ticket["id"]
    office.ask("post", f"{path}/answer", {"approves": True, "text": "Once"}, client=lead)
    assert office.ask("get", "?approver=me", client=lead)["results"] == []
    assert office.change(ticket, status="paid")["approvals"][0]["state"] == "used"
    assert office.kinds(ticket)[-4:] == ["approval_answered", "approval_granted", "approval_used", "moved"]


def test_who_may_only_look_may_agree_and_a_program_may_not(office: Office) -> None:
    viewer = office.make_member(office.shop.tenant, role="viewer")
    ticket = office.open()
    approvers = [{"member": str(viewer.person_id)}]
    (approval,) = ask(office, ticket, title="Goodwill", approvers=approvers)["approvals"]
    path = f"/{ticket['id']}/approvals/{approval['id']}/answer"
    program = office.program("tickets.view", "tickets.handle")
    assert office.ask("post", path, {"approves": True}, client=program, status=409)["code"] == "not_asked"
    browser = office.browser_for(viewer)
    answered = office.ask("post", path, {"approves": False}, client=browser)
    assert answered["approvals"][0]["state"] == "refused"


def test_what_cannot_be_asked(office: Office) -> None:
    ticket = office.open()
    assert ask(office, ticket, 422, key="refund")["errors"][0]["field"] == "key"
    assert ask(office, ticket, 422)["errors"][0]["field"] == "key"
    assert ask(office, ticket, 422, title="T")["errors"][0]["field"] == "approvers"
    assert ask(office, ticket, 422, title="T", approvers=[{"owner": True}])["errors"][0]["field"] == "approvers"


def test_it_is_withdrawn_once(office: Office) -> None:
    office.make_member(office.shop.tenant, role="supervisor")
    ticket = office.open()
    (approval,) = ask(office, ticket, title="T", approvers=[{"role": "supervisor"}])["approvals"]
    for _ in range(2):
        told = office.ask("delete", f"/{ticket['id']}/approvals/{approval['id']}")
        assert told["approvals"][0]["state"] == "withdrawn"
    assert office.kinds(ticket).count("approval_withdrawn") == 1


def test_a_worker_asks_the_deputies_and_lets_it_expire(hall: Hall) -> None:
    office = hall.office
    lead = office.make_member(office.shop.tenant, role="supervisor")
    office.make_member(office.shop.tenant, role="admin")
    said: dict[str, Any] = {"within": 30, "deputies": [{"role": "admin"}]}
    ticket = office.open()
    hall.now = datetime.now(UTC)
    (approval,) = ask(office, ticket, title="T", approvers=[{"member": str(lead.person_id)}], **said)["approvals"]
    assert hall.row(UUID(ticket["id"])).due_at is not None
    hall.pass_(31)
    assert office.kinds(ticket)[-1] == "approval_passed_on"
    now = office.ask("get", f"/{ticket['id']}")["approvals"][0]
    assert len(now["asked"]) == 2
    hall.look()
    hall.pass_(31)
    hall.look()
    assert office.kinds(ticket)[-2:] == ["approval_passed_on", "approval_expired"]
    assert hall.row(UUID(ticket["id"])).due_at is None
    assert hall.row(UUID(ticket["id"])).approvers == []
    assert approval["due_at"] is not None
