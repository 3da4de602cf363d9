"""Rules and macros of a company: what they wait for, would have done, and were refused."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from conversations.automation.reactions import READERS
from conversations.definitions.commands import publish
from conversations.engine.readers import Progress, run_readers
from tenants.context import tenant_context
from tests.architecture.probe.classes import Id

if TYPE_CHECKING:
    from tests.architecture.probe.mirror.company import Company


def add_rules(*, company: "Company") -> dict[Id, str]:
    """Put rules and a macro in force, of which one waits, one was refused twice, and one is tried twice."""
    mark, now = company.mark, datetime.now(UTC)
    note: dict[str, Any] = {"do": "note", "text": f"{mark} notes"}
    received = {"event": "message.received"}
    with tenant_context(company.tenant):
        for name, when, action in (
            ("rule", {**received, "after_s": 500_000}, note),
            ("refused", received, {"do": "snooze", "for_s": 60}),
        ):
            body = {"name": f"{mark} {name}", "when": when, "actions": [action]}
            publish(kind="rule", key=f"{mark}-{name}", body=body, now=now)
        macro = {"name": f"{mark} macro", "about": "conversation", "actions": [note]}
        publish(kind="macro", key=f"{mark}-macro", body=macro, now=now)
    for number in range(2):
        company.shop.welcome(text=f"{mark} waits {number}")
    with tenant_context(company.tenant):
        while run_readers(readers=READERS, now=now) is Progress.MORE:
            pass
    runs = [_try(company, f"{mark}-refused") for _ in range(2)]
    with tenant_context(company.tenant):
        run_readers(readers=READERS, now=datetime.now(UTC), due=True)
        run_readers(readers=READERS, now=datetime.now(UTC), due=True)
        publish(kind="rule", key=f"{mark}-refused", body={**body, "on": False}, now=now)
    return {Id.RULE: f"{mark}-rule", Id.MACRO: f"{mark}-macro", Id.DRY_RUN: runs[0]}


def _try(company: "Company", rule: str) -> str:
    answer = company.browser().post("/api/v1/dry-runs", {"rule": rule}, content_type="application/json")
    assert answer.status_code == 202, answer.content
    return str(answer.json()["id"])
