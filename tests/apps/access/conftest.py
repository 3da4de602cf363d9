"""A shop, its owner's browser, and keys to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop

KeyClient = Callable[..., Client]


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="owner"))


@pytest.fixture
def make_key(owner: Client) -> Callable[..., dict[str, Any]]:
    """Make a key over HTTP; answer what is shown once."""

    def make(*scopes: str, **more: Any) -> dict[str, Any]:
        body = {"name": "Robot", "scopes": scopes or ["conversations.view", "personal:read"], **more}
        response = owner.post("/api/v1/keys", body, content_type="application/json")
        assert response.status_code == 201, response.content
        made: dict[str, Any] = response.json()
        return made

    return make


@pytest.fixture
def key_client(shop: Shop, client_for: ClientFor, make_key: Callable[..., dict[str, Any]]) -> KeyClient:
    """Make a program with a key of these scopes."""

    def make(*scopes: str) -> Client:
        return with_secret(client_for(shop.tenant), make_key(*scopes)["secret"])

    return make


def with_secret(client: Client, secret: str) -> Client:
    """Let a client show a secret in every request."""
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {secret}"
    return client
