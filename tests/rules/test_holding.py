"""What a server process tells of its members: one statement a beat, however many they are, and all of it once."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import pytest

from conversations.live.holding import Holding, Place
from tenants.context import TenantRef
from tenants.presence.statements import BEAT, LEAVE, REGISTER

pytestmark = pytest.mark.asyncio
MANY = 10_000


class Leases:
    """The two tables, as far as one process sees them; whatever is asked is counted."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.alive: set[UUID] = set()
        self.held: dict[UUID, set[Place]] = {}
        self.is_away = False

    async def fetch(self, *, tenant: TenantRef | None, text: str, params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        assert tenant is None
        self.asked.append(text)
        if self.is_away:
            raise OSError("away")
        lease = params["lease"]
        if text == REGISTER:
            self.alive.add(lease)
            return [(lease,)]
        if text == LEAVE:
            self.alive.discard(lease)
            return []
        assert text == BEAT
        if lease not in self.alive:
            return []
        held = self.held.setdefault(lease, set())
        held |= set(zip(params["tenants"], params["persons"], strict=True))
        held -= set(zip(params["gone_tenants"], params["gone_persons"], strict=True))
        return [(lease, None)]

    @property
    def now(self) -> set[Place]:
        return set().union(*(self.held.get(lease, set()) for lease in self.alive))


def some(number: int) -> list[Place]:
    return [(uuid4(), uuid4()) for _ in range(number)]


async def test_ten_thousand_come_in_one_statement_and_cost_one_a_beat() -> None:
    leases, places = Leases(), some(MANY)
    holding = Holding(connections=leases)
    for tenant, person in places:
        holding.come(tenant=tenant, person=person)
    await holding.beat()
    assert leases.asked == [REGISTER, BEAT]
    assert leases.now == set(places)
    for _ in range(5):
        await holding.beat()
    assert leases.asked == [REGISTER] + [BEAT] * 6
    for tenant, person in places:
        holding.go(tenant=tenant, person=person)
    await holding.beat()
    assert leases.now == set()


async def test_only_the_first_and_the_last_socket_of_somebody_count() -> None:
    leases, (place,) = Leases(), some(1)
    holding = Holding(connections=leases)
    for _ in range(3):
        holding.come(tenant=place[0], person=place[1])
    await holding.beat()
    for _ in range(2):
        holding.go(tenant=place[0], person=place[1])
        await holding.beat()
        assert leases.now == {place}
    holding.go(tenant=place[0], person=place[1])
    await holding.beat()
    assert leases.now == set()


async def test_whose_lease_was_taken_registers_anew_with_everybody() -> None:
    leases, places = Leases(), some(3)
    holding = Holding(connections=leases)
    for tenant, person in places[:2]:
        holding.come(tenant=tenant, person=person)
    await holding.beat()
    leases.alive.clear()
    holding.go(tenant=places[0][0], person=places[0][1])
    holding.come(tenant=places[2][0], person=places[2][1])
    await holding.beat()
    assert leases.now == set(places[1:])
    assert len(leases.alive) == 1


async def test_what_could_not_be_told_is_told_later() -> None:
    leases, places = Leases(), some(2)
    holding = Holding(connections=leases)
    await holding.beat()
    leases.is_away = True
    for tenant, person in places:
        holding.come(tenant=tenant, person=person)
    for _ in range(2):
        with pytest.raises(OSError, match="away"):
            await holding.beat()
    holding.go(tenant=places[0][0], person=places[0][1])
    leases.is_away = False
    await holding.beat()
    assert leases.now == {places[1]}


async def test_it_gives_its_lease_back() -> None:
    leases = Leases()
    holding = Holding(connections=leases)
    await holding.end()
    assert leases.asked == [], "it had none"
    await holding.beat()
    await holding.end()
    assert not leases.alive
