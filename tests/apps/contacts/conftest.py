"""A shop whose site tells of three of its four customers."""

from typing import Final

import pytest
from django.test import Client

from conversations.contacts.models import Contact
from tenants.context import TenantRef, tenant_context
from tests.conftest import ClientFor, MakeMember
from tests.shop import Shop

TOLD: Final[tuple[dict[str, str], ...]] = (
    {"external_id": "c-1", "email": "Lei@shop.example", "phone": "+86 1"},
    {"external_id": "c-2", "email": "lei@shop.example", "phone": "+86 2"},
    {"external_id": "c-3", "email": "max@shop.example", "phone": "+86 2"},
    {},
)


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="owner"))


@pytest.fixture
def customers(shop: Shop) -> list[str]:
    """Answer the ids of those whom the site tells of as TOLD says, the one of whom it says nothing last."""
    ids = [shop.welcome(text="hello").actor.id for _ in TOLD]
    with tenant_context(shop.tenant):
        for id_, told in zip(ids, TOLD, strict=True):
            Contact.objects.filter(id=id_).update(**told)
    return [str(id_) for id_ in ids]
