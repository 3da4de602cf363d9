"""Tickets of a company, with one of everything that a ticket can have."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from conversations.definitions.commands import publish
from conversations.tickets.reports.models import PromiseOutcome
from tenants.context import tenant_context
from tests.architecture.probe.classes import Id

if TYPE_CHECKING:
    from tests.architecture.probe.mirror.company import Company

TICKETS = "/api/v1/tickets"


def add_tickets(*, company: "Company") -> dict[Id, str]:
    """Open two tickets of a type with a form, and fill them; answer the ids."""
    mark, type_ = company.mark, f"{company.mark}-type"
    statuses = [
        {"key": f"{mark}-new", "name": mark, "category": "new"},
        {"key": f"{mark}-done", "name": mark, "category": "solved"},
    ]
    form = {"properties": {"order": {"type": "string"}}}
    with tenant_context(company.tenant):
        body = {"name": mark, "statuses": statuses, "form": form}
        publish(kind="ticket_type", key=type_, body=body, now=datetime.now(UTC))
        promises = {"name": mark, "targets": {"resolution": {"usual": 500_000}}}
        publish(kind="sla_policy", key=f"{mark}-policy", body=promises, now=datetime.now(UTC))
    first, second = (_open(company, number, type_) for number in range(2))
    _note_outcomes(company, first)
    path = f"{TICKETS}/{first}"
    _ask(company, f"{path}/links", {"to": second, "how": "blocks"})
    for number in range(2):
        _ask(company, f"{path}/comments", {"text": f"{mark} says {number}"})
        _ask(company, f"{path}/comments", {"text": f"{mark} notes {number}", "among_staff": True})
        item = _ask(company, f"{path}/checklist", {"text": f"{mark} point {number}"})["checklist"][0]["id"]
        _ask(company, f"{path}/time", {"amount": 1, "text": f"{mark} works"})
        asked = {"title": mark, "text": f"{mark} asks {number}", "approvers": [{"role": "owner"}], "how": "all"}
        approval = _ask(company, f"{path}/approvals", asked)["approvals"][0]["id"]
    file = [_add(company, path, number) for number in range(2)][1]
    entry = company.browser().get(f"{path}/time").json()["results"][0]["id"]
    return {
        Id.TICKET: first,
        Id.SECOND_TICKET: second,
        Id.ITEM: item,
        Id.ENTRY: entry,
        Id.APPROVAL: approval,
        Id.FILE: file,
    }


def _open(company: "Company", number: int, type_: str) -> str:
    mark, guest = company.mark, company.guests[0]
    said = {
        "title": f"{mark} ticket {number}",
        "text": f"{mark} tells",
        "type": type_,
        "fields": {"order": mark},
        "owner": str(company.agent.person_id),
        "team": company.own[Id.TEAM],
        "contact": str(guest.actor.id),
        "conversation": str(guest.conversation),
    }
    return str(_ask(company, TICKETS, said)["id"])


def _add(company: "Company", path: str, number: int) -> str:
    added = f"{path}/files?name={company.mark}-{number}.txt&id={company.mark}-{number}"
    said = f"{company.mark} is in it".encode()
    made = company.browser().post(added, said, content_type="application/octet-stream").json()
    return str(made["id"])


def _note_outcomes(company: "Company", ticket: str) -> None:
    """Let two promises have been broken, as the reader of reports would note it."""
    names = ("promise", "policy", "type", "priority", "team", "cause", "level")
    said: dict[str, Any] = dict.fromkeys(names, company.mark)
    now = datetime.now(UTC)
    with tenant_context(company.tenant):
        for minutes in range(2):
            start = now - timedelta(minutes=minutes)
            PromiseOutcome.objects.create(ticket=ticket, start=start, at=now, outcome="broken", version=1, **said)


def _ask(company: "Company", path: str, body: dict[str, Any]) -> Any:
    answer = company.browser().post(path, body, content_type="application/json")
    assert answer.status_code < 300, (path, answer.content)
    return answer.json()
