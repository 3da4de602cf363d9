"""A partner's system that a shop has installed, as tests drive it."""

import json
import secrets
from dataclasses import dataclass
from typing import Any, Final

from django.test import Client

from conversations.engine.events import Recorded
from tests.apps.integrations.conftest import JSON
from tests.shop import Shop
from tests.signing import Partner

INSTALLS: Final = "/api/v1/installs"
ALL: Final = ["conversations.reply", "contacts.edit", "tickets.handle"]
LEI: Final = {"id": "customer-7", "name": "Lei", "email": "lei@example.com", "phone": "+86 138 0013 8000"}


@dataclass
class Installed:
    """One install: what was shown when it was made, and a client that signs as it does."""

    shop: Shop
    admin: Client
    said: dict[str, Any]
    client: Partner

    @property
    def path(self) -> str:
        return f"/api/v1/inbound/{self.said['id']}"

    def call(self, id_: str | None = None, **body: Any) -> Any:
        """Call; answer the response."""
        headers = {"webhook-id": id_ or f"msg_{secrets.token_hex(8)}"}
        return self.client.post(self.path, json.dumps(body), content_type=JSON, headers=headers)

    def say(self, text: str, *, id_: str | None = None, **more: Any) -> Any:
        """Let Lei say something; answer the response."""
        return self.call(id_, **{"type": "message", "thread": "order-1", "contact": LEI, "text": text, **more})

    def messages(self) -> list[Recorded]:
        return [event for event in self.shop.read_all() if event.kind == "message.posted.v1"]


def install(shop: Shop, admin: Client, client: Partner, **more: Any) -> Installed:
    """Make an install; its client shows its secret."""
    body = {"name": "Shop system", "scopes": ALL, "inbox": shop.inbox, **more}
    made = admin.post(INSTALLS, body, content_type=JSON)
    assert made.status_code == 201, made.content
    client.secret = made.json()["secret"]
    return Installed(shop, admin, made.json(), client)
