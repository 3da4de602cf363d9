"""The document of the platform's own host: complete, served as committed, and its examples work."""

import json
import secrets
from typing import Final

import pytest
import schemathesis
from django.conf import settings
from django.test import Client
from schemathesis.core.result import Ok

from config.management.commands.catalogues import DOCS
from config.openapi import find_operations, render_platform
from tenants.provisioning import door
from tenants.tries import Tries
from tests.contracts.calling import call

DOCUMENT: Final = render_platform()
OPERATIONS: Final = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in schemathesis.openapi.from_dict(DOCUMENT).get_all_operations()
    if isinstance(found, Ok)
}


@pytest.fixture(autouse=True)
def _all_tries_left(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FROM_ONE_PLACE", "FOR_ONE_ADDRESS", "MAILS"):
        monkeypatch.setattr(door, name, Tries(name=secrets.token_hex(4), limit=100))


def test_every_view_says_what_it_answers() -> None:
    found = list(find_operations(urlconf=settings.ROOT_URLCONF))
    assert [f"{o.method} {o.path}" for o in found if o.said is None] == []
    assert [f"{o.method.upper()} {o.path}" for o in found] == list(OPERATIONS) == ["POST /api/v1/tenants"]


def test_the_document_is_served_and_shown(platform_client: Client) -> None:
    served = platform_client.get("/api/v1/openapi.json").json()
    assert served == json.loads((DOCS / "openapi-platform.json").read_text(encoding="utf-8"))
    page = platform_client.get("/api/docs").content.decode()
    assert ">POST /api/v1/tenants<" in page
    assert "/api/v1/conversations" not in page


def test_every_example_works(platform_client: Client) -> None:
    for operation in OPERATIONS.values():
        media = operation.definition.raw["requestBody"]["content"]["application/json"]
        example = media["example"] | {"slug": f"e-{secrets.token_hex(6)}"}
        case = operation.Case(body=example, media_type="application/json")
        answer = call(platform_client, case)
        assert answer.status_code == 201
        assert call(platform_client, case).status_code == 409, "the slug is taken"
        wrong = operation.Case(body=example | {"slug": "www"}, media_type="application/json")
        assert call(platform_client, wrong).status_code == 422
