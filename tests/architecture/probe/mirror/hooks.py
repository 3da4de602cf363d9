"""Webhooks of a company, and what was sent to them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from integrations.webhooks.models import Delivery
from tenants.context import tenant_context
from tests.architecture.probe.classes import Id

if TYPE_CHECKING:
    from tests.architecture.probe.mirror.company import Company

HOOKS = "/api/v1/webhooks"


def add_hooks(*, company: "Company") -> dict[Id, str]:
    """Register two endpoints that nobody proves, and leave deliveries of the second; answer the ids."""
    mark, owner, now = company.mark, company.browser(), datetime.now(UTC)
    ids = []
    for number in range(2):
        where = f"http://127.0.0.1:1/{mark}-{number}"  # where nobody answers
        filters = {"fields": {"author": [mark]}}
        body = {"url": where, "description": mark, "headers": {"X-Mark": mark}, "filters": filters}
        made = owner.post(HOOKS, body, content_type="application/json")
        assert made.status_code == 201, made.content
        ids.append(made.json()["id"])
    with tenant_context(company.tenant):
        said = {"endpoint": ids[0], "kind": "message.posted.v1", "made_at": now, "attempts": 1, "state": "failed"}
        tried = {"at": now.isoformat(), "ms": 1, "status": 500, "error": "", "answer": mark, "wish": None}
        rows = [Delivery.objects.create(**said, position=1 + number, tries=[tried]) for number in range(2)]
    return {Id.WEBHOOK: ids[0], Id.DELIVERY: str(rows[0].id)}
