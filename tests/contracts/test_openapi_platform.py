"""The document of the platform's own host: complete, served as committed, and its examples work."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.conf import settings
from django.test import Client

from config.management.commands.catalogues import DOCS
from config.openapi import find_operations, render_platform
from conversations.access.answers import PLATFORM, forget_answers
from tenants.context import TenantRef, platform_context
from tenants.members.invitations.commands import invite
from tenants.models import PlatformAnswer
from tenants.provisioning import door
from tenants.tries import Tries
from tests.apps.members.mails import code_to
from tests.conftest import PASSWORD, MakeMember
from tests.contracts.calling import OF_PLATFORM as OPERATIONS
from tests.contracts.calling import call

DOCUMENT: Final = render_platform()
SIGN_UP, ACCEPT = "POST /api/v1/tenants", "POST /api/v1/invitations/accept"


@pytest.fixture(autouse=True)
def _all_tries_left(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FROM_ONE_PLACE", "FOR_ONE_ADDRESS", "MAILS"):
        monkeypatch.setattr(door, name, Tries(name=secrets.token_hex(4), limit=100))


def test_every_view_says_what_it_answers() -> None:
    found = list(find_operations(urlconf=settings.ROOT_URLCONF))
    assert [f"{o.method} {o.path}" for o in found if o.said is None] == []
    assert [f"{o.method.upper()} {o.path}" for o in found] == list(OPERATIONS) == [SIGN_UP, ACCEPT]


def test_the_document_is_served_and_shown(platform_client: Client) -> None:
    served = platform_client.get("/api/v1/openapi.json").json()
    assert served == json.loads((DOCS / "openapi-platform.json").read_text(encoding="utf-8"))
    page = platform_client.get("/api/docs").content.decode()
    assert ">POST /api/v1/tenants<" in page
    assert "/api/v1/conversations" not in page


def test_it_says_when_to_try_again_and_of_no_other_address() -> None:
    for methods in DOCUMENT["paths"].values():
        for said in methods.values():
            assert "Retry-After" in said["responses"]["503"]["headers"]
            assert "308" not in said["responses"]


def test_every_example_works(platform_client: Client) -> None:
    example = OPERATIONS[SIGN_UP].definition.raw["requestBody"]["content"]["application/json"]["example"]
    body = example | {"slug": f"e-{secrets.token_hex(6)}"}
    case = OPERATIONS[SIGN_UP].Case(body=body, media_type="application/json")
    assert call(platform_client, case).status_code == 201
    assert call(platform_client, case).status_code == 409, "the slug is taken"
    wrong = OPERATIONS[SIGN_UP].Case(body=body | {"slug": "www"}, media_type="application/json")
    assert call(platform_client, wrong).status_code == 422


def test_accepting_an_invitation_answers_as_it_says(
    platform_client: Client, tenant: TenantRef, make_member: MakeMember
) -> None:
    example = OPERATIONS[ACCEPT].definition.raw["requestBody"]["content"]["application/json"]["example"]
    unknown = OPERATIONS[ACCEPT].Case(body=example, media_type="application/json")
    assert call(platform_client, unknown).status_code == 404
    email, owner = f"{secrets.token_hex(6)}@example.com", make_member(tenant, role="owner")
    said: dict[str, Any] = {"company": "Acme", "language": "en", "site": "http://x", "now": datetime.now(UTC)}
    invite(tenant=tenant, email=email, role="agent", by=owner, **said)
    body = example | {"company": tenant.slug, "code": code_to(email)}
    case = OPERATIONS[ACCEPT].Case(body=body, media_type="application/json")
    assert [call(platform_client, case).status_code for _ in range(2)] == [201, 410]


def test_a_sign_up_again_is_one_company(platform_client: Client) -> None:
    """By its Idempotency-Key: who lost the answer asks again and has it."""
    slug = f"e-{secrets.token_hex(6)}"
    body = {"name": "Acme", "slug": slug, "email": f"{slug}@example.com", "password": PASSWORD}

    def ask(key: str, **changes: str) -> Any:
        headers = {"idempotency-key": key}
        said = {**body, **changes}
        return platform_client.post("/api/v1/tenants", said, content_type="application/json", headers=headers)

    assert ask(f"k-{slug}", slug="www").status_code == 422, "what was refused may be tried again"
    first, again, other = ask(f"k-{slug}"), ask(f"k-{slug}"), ask(f"k-{slug}", name="Other")
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.content == again.content
    assert first.headers["Location"] == again.headers["Location"]
    assert json.loads(other.content)["code"] == "idempotency_key_reused"
    assert (again.headers["Idempotency-Replayed"], ask(f"l-{slug}").status_code) == ("true", 409)
    elsewhere = Client(headers={"host": settings.YUNKE_PLATFORM_HOSTS[0]}, REMOTE_ADDR="203.0.113.77")
    headers = {"idempotency-key": f"k-{slug}"}
    answer = elsewhere.post("/api/v1/tenants", body, content_type="application/json", headers=headers)
    assert answer.status_code == 409, "answers belong to who asked"
    with platform_context():
        kept = str(list(PlatformAnswer.objects.values()))
        assert PASSWORD not in kept
        assert slug in kept
        forget_answers(now=datetime.now(UTC) + timedelta(hours=25), shelf=PLATFORM)
        assert not PlatformAnswer.objects.exists()
