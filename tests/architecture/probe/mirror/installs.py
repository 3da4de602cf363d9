"""Partners' systems of a company, and what they have told."""

import json
from typing import TYPE_CHECKING

from tests.architecture.probe.classes import Id

if TYPE_CHECKING:
    from tests.architecture.probe.mirror.company import Company

JSON = "application/json"


def add_installs(*, company: "Company") -> dict[Id, str]:
    """Make two installs, and let somebody write through the first; answer its id, and let the company sign as it."""
    mark, made = company.mark, []
    for number in range(2):
        scopes = ["conversations.reply", "contacts.edit", "tickets.handle"]
        body = {"name": f"{mark} system {number}", "scopes": scopes, "inbox": company.shop.inbox}
        answer = company.browser().post("/api/v1/installs", body, content_type=JSON)
        assert answer.status_code == 201, answer.content
        made.append(answer.json())
    company.calls_by = made[0]["secret"]
    contact = {"id": f"{mark} customer", "name": f"{mark} customer"}
    said = {"type": "message", "thread": f"{mark} order", "contact": contact, "text": f"{mark} calls"}
    told = company.installed().post(f"/api/v1/inbound/{made[0]['id']}", json.dumps(said), content_type=JSON)
    assert told.status_code == 200, told.content
    return {Id.INSTALL: made[0]["id"]}
