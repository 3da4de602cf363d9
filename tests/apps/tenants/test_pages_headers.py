"""What every answer carries, and what static files look like."""

import asyncio
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.test import Client

from tenants.context import TenantRef
from tests.conftest import ClientFor


def test_pages_carry_the_policy(tenant: TenantRef, client_for: ClientFor) -> None:
    headers = client_for(tenant).get("/sign-in").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_static_files_are_served_on_any_host(platform_client: Client) -> None:
    answer = platform_client.get("/static/yunke/look.css")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert platform_client.get("/static/yunke/nothing.css").status_code == 404


@pytest.mark.asyncio
async def test_requests_of_two_tenants_at_once_stay_apart(make_two: list[TenantRef]) -> None:
    """Through the whole asynchronous chain, as uvicorn runs it."""
    application = get_asgi_application()

    async def ask(tenant: TenantRef) -> str:
        headers = [(b"host", f"{tenant.slug}.localhost".encode())]
        scope = {"type": "http", "method": "GET", "path": "/sign-in", "query_string": b"", "headers": headers}
        browser: Any = ApplicationCommunicator(application, scope)  # type: ignore[no-untyped-call] # asgiref's is untyped
        await browser.send_input({"type": "http.request", "body": b""})
        assert (await browser.receive_output(timeout=30))["status"] == 200
        body = await browser.receive_output(timeout=30)
        await browser.wait()
        return str(body["body"].decode())

    pages = await asyncio.gather(*(ask(tenant) for tenant in make_two * 5))
    assert [f"Company {index % 2}" in page for index, page in enumerate(pages)] == [True] * 10
    assert not any(f"Company {1 - index % 2}" in page for index, page in enumerate(pages))


@pytest.fixture
def make_two(make_tenant: Any) -> list[TenantRef]:
    return [make_tenant(name=f"Company {index}") for index in range(2)]
