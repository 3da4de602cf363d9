"""A company with one of everything."""

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.conftest import ClientFor, MakeMember
from tests.contracts.stock import Stock, stock_up
from tests.shop import Shop


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def stock(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Stock:
    return stock_up(shop=shop, make_member=make_member, client_for=client_for)


@pytest.fixture
def colleague(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant))
