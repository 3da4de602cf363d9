"""A shop to talk to."""

import pytest

from tenants.context import TenantRef
from tests.shop import Shop


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)
