"""A company whose admin sets its desk up."""

import pytest
from django.test import Client

from tenants.context import TenantRef
from tests.apps.definitions.speaking import Desk
from tests.apps.desk.floor import Floor
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def admin(tenant: TenantRef, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(tenant, make_member(tenant, role="admin"))


@pytest.fixture
def definitions(admin: Client) -> Desk:
    return Desk(client=admin)


@pytest.fixture
def site(tenant: TenantRef, client_for: ClientFor) -> Client:
    """A browser in which nobody is signed in."""
    return client_for(tenant)


@pytest.fixture
def floor(shop: Shop, make_member: MakeMember) -> Floor:
    return Floor(shop=shop, make_member=make_member)
