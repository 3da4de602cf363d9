"""Nonsense over HTTP: whatever is sent, the answer says what is wrong, and it is never a 500."""

import asyncio
import json
from typing import Any

import psycopg
import pytest
from asgiref.testing import ApplicationCommunicator
from django.test import Client, override_settings
from psycopg import sql

from config import intake
from config.intake import MOST_BYTES, Intake
from conversations.definitions.inbox.queries import get_inboxes
from tenants.context import TenantRef, tenant_context
from tests.conftest import ClientFor, MakeMember


@pytest.fixture
def admin(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(tenant, make_member(tenant, role="admin"))


@pytest.mark.parametrize("depth", [1, 300, 450, 900, 100_000])
def test_nested_bodies(tenant: TenantRef, client_for: ClientFor, depth: int) -> None:
    body = '{"email":' + "[" * depth + "]" * depth + ',"password":"x"}'
    answer = client_for(tenant).post("/api/v1/session", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert answer.json()["code"] in {"malformed", "invalid"}


@pytest.mark.parametrize("path", ["/try/%00", "/widget/%00"])
def test_keys_that_cannot_be(tenant: TenantRef, client_for: ClientFor, path: str) -> None:
    assert client_for(tenant).get(path).status_code == 404


def test_an_inbox_of_a_key_that_cannot_be(admin: Client) -> None:
    answer = admin.patch("/api/v1/inboxes/%00", {"name": "x"}, content_type="application/json")
    assert answer.status_code == 404


@pytest.mark.parametrize("field", ["name", "greeting_en", "greeting_zh", "origins", "color"])
def test_settings_with_text_that_cannot_be_kept(tenant: TenantRef, admin: Client, field: str) -> None:
    with tenant_context(tenant):
        key = get_inboxes()[0].key
    form = {"key": key, "name": "Site", "color": "#112233", field: "a\0b"}
    assert admin.post("/settings/inboxes", form).status_code == 422


def test_settings_of_a_key_that_cannot_be(admin: Client) -> None:
    assert admin.post("/settings/inboxes", {"key": "\0", "name": "x"}).status_code == 404


@pytest.mark.parametrize("charset", ["rot13", "zlib", "utf-16", "x"])
@pytest.mark.parametrize("media", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_forms_in_other_charsets(admin: Client, media: str, charset: str) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="key"\r\n\r\nabc\r\n--x--\r\n'
    answer = admin.generic("POST", "/settings/inboxes", body, content_type=f"{media}; charset={charset}")
    assert answer.status_code == 400
    assert b"This request cannot be read." in answer.content


def test_hosts_that_cannot_be(platform_client: Client) -> None:
    answer = platform_client.get("/api/v1/me", headers={"host": "acme.localhost:abc"})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_what_the_api_says_is_kept_by_no_cache(admin: Client) -> None:
    for path in ("/api/v1/me", "/api/v1/conversations", "/api/v1/nothing"):
        assert admin.get(path).headers["Cache-Control"] == "no-store"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("headers", "pieces", "status"),
    [
        ([], [b"x" * MOST_BYTES], 200),
        ([], [b"x" * MOST_BYTES, b"y"], 413),
        ([(b"content-length", str(MOST_BYTES + 1).encode())], [], 413),
        ([(b"content-length", b"-1")], [b"x"], 200),
    ],
)
async def test_bodies_are_bounded(headers: list[tuple[bytes, bytes]], pieces: list[bytes], status: int) -> None:
    async def application(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"code": "fine"}'})

    scope = {"type": "http", "path": "/api/v1/keys", "headers": headers}
    browser: Any = ApplicationCommunicator(Intake(application), scope)  # type: ignore[no-untyped-call] # asgiref's
    for piece in pieces:
        await browser.send_input({"type": "http.request", "body": piece, "more_body": True})
    await browser.send_input({"type": "http.request", "body": b""})
    assert (await browser.receive_output(timeout=5))["status"] == status
    said = json.loads((await browser.receive_output(timeout=5))["body"])
    assert said["code"] == ("fine" if status == 200 else "too_large")
    await browser.wait()


@pytest.mark.asyncio
async def test_beyond_what_can_be_served_requests_are_turned_away_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_AT_ONCE", 6)
    go_on = asyncio.Event()

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        await go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def nothing() -> dict[str, Any]:
        raise AssertionError("it was read")

    door = Intake(application)

    async def ask(host: bytes) -> tuple[int, bytes]:
        said: list[dict[str, Any]] = []

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        await door({"type": "http", "path": "/", "headers": [(b"host", host)]}, nothing, send)
        return said[0]["status"], dict(said[0]["headers"]).get(b"retry-after", b"")

    inside = [asyncio.create_task(ask(b"a.localhost:8000")) for _ in range(3)]
    await asyncio.sleep(0)
    status, wait = await ask(b"A.localhost")
    assert (status, 1 <= int(wait) <= 5) == (503, True), "a host has half of it"
    inside += [asyncio.create_task(ask(b"b.localhost")) for _ in range(3)]
    await asyncio.sleep(0)
    assert (await ask(b"c.localhost"))[0] == 503, "it is full"
    go_on.set()
    assert [status for status, _ in await asyncio.gather(*inside)] == [200] * 6
    assert (await ask(b"a.localhost"))[0] == 200


@pytest.mark.parametrize(
    ("path", "shown"), [("/api/v1/conversations", b'"unavailable"'), ("/settings/inboxes", b"</html>")]
)
def test_a_database_that_is_busy_is_a_503(
    database: str, tenant: TenantRef, admin: Client, path: str, shown: bytes
) -> None:
    admin.raise_request_exception = False
    with psycopg.connect(database) as other, override_settings(YUNKE_STATEMENT_TIMEOUT_MS=100):
        for table in ("conversation", "definition"):
            other.execute(sql.SQL("LOCK TABLE {}").format(sql.Identifier(tenant.schema, table)))
        answer = admin.get(path)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert shown in answer.content
