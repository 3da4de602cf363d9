"""A company with one of everything."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.conftest import ClientFor, MakeMember
from tests.contracts.stock import PARTNERS, Stock, stock_up
from tests.receiver import receiving
from tests.shop import Shop


@pytest.fixture(scope="session", autouse=True)
def _partner() -> Iterator[None]:
    """Somebody takes all webhooks."""
    with receiving() as receiver:
        PARTNERS[:] = [receiver.url]
        yield
    PARTNERS.clear()


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def stock(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Stock:
    return stock_up(shop=shop, make_member=make_member, client_for=client_for)


@pytest.fixture
def colleague(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant))
