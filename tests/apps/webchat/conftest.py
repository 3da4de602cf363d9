"""A shop to talk to, its site, and a browser in which nobody is signed in."""

from typing import Any

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop
from tests.site import Site


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def site(shop: Shop) -> Site:
    return Site(tenant=shop.tenant, inbox=shop.inbox)


@pytest.fixture
def browser(shop: Shop, client_for: ClientFor) -> Client:
    return client_for(shop.tenant)


@pytest.fixture
def admin(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="admin"))


def bearing(token: str | None) -> dict[str, str]:
    return {"authorization": f"Visitor {token}"} if token else {}


def come(browser: Client, inbox: str, *, identity: str | None = None, token: str | None = None) -> Any:
    body = {"inbox": inbox} | ({"identity": identity} if identity is not None else {})
    return browser.post("/api/v1/visitors", body, content_type="application/json", headers=bearing(token))


def converse(browser: Client, token: str) -> Any:
    path = "/api/v1/visitors/conversation"
    return browser.post(path, {}, content_type="application/json", headers=bearing(token))


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
