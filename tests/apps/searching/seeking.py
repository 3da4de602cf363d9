"""Somebody who looks for what was said."""

from datetime import UTC, datetime
from typing import Any

from django.test import Client

from conversations.engine.readers import Progress, run_readers
from conversations.searching.indexing import READER
from tenants.context import tenant_context
from tests.apps.tickets.office import Office

SEARCH = "/api/v1/search"


class Seeking:
    """One company's search."""

    def __init__(self, *, office: Office) -> None:
        """Look as the office's agent."""
        self.office = office
        self.shop = office.shop

    def read(self) -> None:
        """Let the index read the log to its end."""
        with tenant_context(self.shop.tenant):
            while run_readers(readers=[READER], now=datetime.now(UTC)) is Progress.MORE:
                pass

    def ask(self, q: str, *, client: Client | None = None, **more: Any) -> Any:
        """Answer what is answered, of an index that has read everything."""
        self.read()
        answer = (client or self.office.browser).get(SEARCH, {"q": q, **more})
        assert answer.status_code == 200, answer.content
        return answer.json()

    def found(self, q: str, *, client: Client | None = None, **more: Any) -> list[str]:
        """Answer the snippets that are found, the best first."""
        return [one["snippet"] for one in self.ask(q, client=client, **more)["results"]]
