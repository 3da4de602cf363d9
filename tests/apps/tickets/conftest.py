"""A company with tickets, and somebody who handles them."""

import pytest
from django.test import Client

from tenants.context import TenantRef
from tenants.members.member import Member
from tests.apps.tickets.hall import Hall
from tests.apps.tickets.office import Office
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def office(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Office:
    return Office(shop=shop, make_member=make_member, client_for=client_for)


@pytest.fixture
def agent(office: Office) -> Client:
    """A browser of an agent."""
    return office.browser


@pytest.fixture
def me(office: Office) -> Member:
    return office.member


@pytest.fixture
def hall(office: Office) -> Hall:
    return Hall(office)
