"""A company where everything has happened once, and archives of it."""

from datetime import UTC, datetime

import pytest

from conversations.access.commands import make_key
from conversations.threads.actors import of_member
from conversations.threads.events import NotePosted
from tenants.context import TenantRef, tenant_context
from tenants.members.member import Member
from tests.conftest import MakeMember
from tests.shop import Shop

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="owner", name="Olivia 奥")


@pytest.fixture
def shop(tenant: TenantRef) -> Shop:
    return Shop(tenant=tenant)


@pytest.fixture
def busy(shop: Shop, owner: Member) -> Shop:
    """A company where everything has happened once."""
    guest = shop.welcome(text='tab\t, "quotes" \\ backslash, 中文 🙂, </script>')
    for n in range(7):
        shop.say(guest.conversation, of_member(member=owner), f"answer {n}\nsecond line")
    shop.write(guest.conversation, [NotePosted(name="Olivia", text="a note")], sender=owner.person_id)
    with tenant_context(shop.tenant):
        make_key(name="Robot", scopes=["members.view"], networks=[], expires_at=None, by=owner, now=NOW)
    return shop
