"""A company with rules."""

import pytest

from tenants.context import TenantRef
from tests.apps.automation.works import Works
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop


@pytest.fixture
def works(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> Works:
    return Works(shop=Shop(tenant=tenant), make_member=make_member, client_for=client_for)
