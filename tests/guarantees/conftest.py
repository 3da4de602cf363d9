"""A shop to keep promises to."""

import pytest

from tenants.context import TenantRef
from tests.shop import Guest, Shop


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def guest(shop: Shop) -> Guest:
    """A visitor who has said hello: started is seq 1, hello is seq 2."""
    return shop.welcome(text="hello")
