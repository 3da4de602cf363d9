"""A company whose admin configures it, and what they configure."""

from typing import Any

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.apps.definitions.speaking import Desk
from tests.conftest import ClientFor, MakeMember, MakeTenant


@pytest.fixture
def admin(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(tenant, make_member(tenant, role="admin"))


@pytest.fixture
def desk(admin: Client) -> Desk:
    return Desk(client=admin)


@pytest.fixture
def other(make_tenant: MakeTenant, make_member: MakeMember, client_for: ClientFor) -> Desk:
    """Another company's admin."""
    there = make_tenant(name="Canary of the other")
    return Desk(client=client_for(there, make_member(there, role="admin")))


@pytest.fixture
def calendar() -> dict[str, Any]:
    return {"name": "Office", "time_zone": "Asia/Shanghai", "week": {"monday": [{"opens": "09:00", "closes": "18:00"}]}}
