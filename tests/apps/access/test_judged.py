"""A socket that a key has opened is asked for what requests of the key are asked for."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import pytest
from django.conf import settings

from conversations.access.commands import make_key, revoke_key, rotate_key
from conversations.access.models import ApiKey
from conversations.access.queries import find_bearer, hash_secret
from conversations.live.gate import Gate, Standing
from conversations.live.tickets import Pass
from tenants.context import platform_context, tenant_context
from tenants.database.pool import TenantPool
from tenants.members.member import Member
from tenants.members.models import Departure
from tenants.models import Membership
from tests.conftest import MakeMember
from tests.shop import Shop

HERE: Final = "203.0.113.7"


@dataclass
class Made:
    """A key, its two secrets (it was rotated by somebody else, with an overlap), and who was shown which."""

    shop: Shop
    key: UUID
    old: str
    new: str
    first: Member
    second: Member

    def change(self, **fields: Any) -> None:
        with tenant_context(self.shop.tenant):
            ApiKey.objects.filter(id=self.key).update(**fields)

    def leave(self, who: Member, *, back: bool) -> None:
        with platform_context():
            Membership.objects.filter(id=who.membership_id).update(is_active=back)
            said: Any = {"tenant_id": self.shop.tenant.id, "person": who.person_id}
            Departure.objects.create(**said, at=datetime.now(UTC), due_at=datetime.now(UTC) + timedelta(hours=1))


@pytest.fixture
def made(shop: Shop, make_member: MakeMember) -> Made:
    first, second = (make_member(shop.tenant, role="owner") for _ in range(2))
    now, said = datetime.now(UTC), ["conversations.view", "keys.manage", "personal:read"]
    with tenant_context(shop.tenant):
        row, old = make_key(name="R", scopes=said[::2], networks=[], expires_at=None, by=first, now=now)
        _, new = rotate_key(key=row.id, overlap_s=600, by=second, now=now)
    return Made(shop, row.id, old, new, first, second)


def demote(made: Made) -> None:
    with platform_context():
        Membership.objects.filter(id=made.second.membership_id).update(role="viewer")


def revoke(made: Made) -> None:
    with tenant_context(made.shop.tenant):
        revoke_key(key=made.key, by=made.second, now=datetime.now(UTC))


CASES: Final[dict[str, Callable[[Made], None]]] = {
    "nothing": lambda _: None,
    "revoked": revoke,
    "expired": lambda made: made.change(expires_at=datetime.now(UTC)),
    "overlap over": lambda made: made.change(old_until=datetime.now(UTC)),
    "elsewhere": lambda made: made.change(networks=["198.51.100.0/24"]),
    "from here": lambda made: made.change(networks=["203.0.113.0/24"]),
    "the first left": lambda made: made.leave(made.first, back=False),
    "the second left": lambda made: made.leave(made.second, back=False),
    "the first is back": lambda made: made.leave(made.first, back=True),
    "the second is back": lambda made: made.leave(made.second, back=True),
    "demoted": demote,
    "no key": lambda made: made.change(id=UUID(int=7)),
    "another secret": lambda made: made.change(secret="s", old_secret="o"),
}
LETTING: Final = {"nothing": 2, "from here": 2, "demoted": 2, "no key": 0, "revoked": 0, "expired": 0, "elsewhere": 0}


@pytest.mark.parametrize("case", CASES)
def test_sockets_and_requests_hold_the_same_rules(made: Made, case: str) -> None:
    CASES[case](made)
    tenant, kept = made.shop.tenant, []
    said: Any = {"tenant": tenant.id, "kind": "key", "id": made.key, "name": "R", "role": "", "origin": "", "nonce": ""}
    for secret in (made.old, made.new):
        with tenant_context(tenant):
            kept.append(find_bearer(secret=secret, address=HERE, now=datetime.now(UTC)))
    passes = [Pass(**said, shown=hash_secret(secret=secret), address=HERE) for secret in (made.old, made.new)]

    async def ask() -> list[Standing | None]:
        async with TenantPool(settings.YUNKE_DATABASE_DSN, max_size=1) as pool:
            return await Gate(connections=pool).find_programs(tenant=tenant, passes=passes)

    asked = asyncio.run(ask())
    if case == "no key":  # it is found by its secret, under its new id
        kept = [None, None]
    assert asked == [None if one is None else Standing(one.name, "", tuple(sorted(one.scopes))) for one in kept]
    assert sum(one is not None for one in asked) == LETTING.get(case, 1 if case != "another secret" else 0)
