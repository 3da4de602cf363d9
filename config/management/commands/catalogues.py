"""`manage.py catalogues`: writes the generated documents; a test fails while the committed ones differ."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand

from config.openapi import render_openapi, render_platform
from conversations.live.catalogue import render_asyncapi, render_events
from integrations.webhooks.catalogue import render_webhooks

DOCS: Final = Path(__file__).resolve().parents[3] / "docs"
CATALOGUES: Final[dict[str, Callable[[], dict[str, Any]]]] = {
    "live-v1.asyncapi.json": render_asyncapi,
    "events.json": render_events,
    "openapi.json": render_openapi,
    "openapi-platform.json": render_platform,
    "webhooks.json": render_webhooks,
}


class Command(BaseCommand):
    """Runs and is done."""

    help = "Write docs/ from the code: the live protocol, the kinds of events, the REST API."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Write every document."""
        for name, render in CATALOGUES.items():
            (DOCS / name).write_text(as_text(render()), encoding="utf-8")
            self.stdout.write(f"docs/{name}")


def as_text(document: dict[str, Any]) -> str:
    """Answer a document the way it is committed."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
