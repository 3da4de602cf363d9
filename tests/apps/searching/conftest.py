"""A company where much was said, and somebody who looks for it."""

import pytest

from tenants.context import TenantRef
from tests.apps.searching.seeking import Seeking
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
def seeking(office: Office) -> Seeking:
    return Seeking(office=office)
