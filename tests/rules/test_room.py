"""The writer's room: bounds for all and for each tenant, and nobody who waits is forgotten."""

import asyncio

import pytest

from conversations.engine.room import Room


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_a_tenant_fills_only_its_own_part() -> None:
    room = Room(most=10, most_of_tenant=2)
    assert [await room.enter(schema="a") for _ in range(2)] == [True, True]
    late = asyncio.create_task(room.enter(schema="a"))
    assert await room.enter(schema="b")
    await settle()
    assert not late.done()
    room.leave(schema="b")
    await settle()
    assert not late.done(), "it is not the tenant's own place that became free"
    room.leave(schema="a")
    assert await late
    assert len(room) == 2


@pytest.mark.asyncio
async def test_each_free_place_wakes_one_in_the_order_they_came() -> None:
    room = Room(most=10, most_of_tenant=1)
    await room.enter(schema="a")
    came: list[int] = []

    async def come(number: int) -> None:
        await room.enter(schema="a")
        came.append(number)

    tasks = [asyncio.create_task(come(n)) for n in range(5)]
    await settle()
    for expected in range(5):
        assert came == list(range(expected))
        room.leave(schema="a")
        await settle()
    await asyncio.gather(*tasks)
    assert len(room) == 1


@pytest.mark.asyncio
async def test_who_waits_for_the_common_bound_is_woken_by_any_tenant() -> None:
    room = Room(most=1, most_of_tenant=5)
    await room.enter(schema="a")
    late = asyncio.create_task(room.enter(schema="b"))
    await settle()
    room.leave(schema="a")
    assert await late


@pytest.mark.asyncio
async def test_who_goes_away_when_woken_passes_the_place_on() -> None:
    room = Room(most=1, most_of_tenant=1)
    await room.enter(schema="a")
    first, second = (asyncio.create_task(room.enter(schema="a")) for _ in range(2))
    await settle()
    room.leave(schema="a")
    first.cancel()
    assert await asyncio.wait_for(second, 1)
    assert first.cancelled()


@pytest.mark.asyncio
async def test_closing_lets_everybody_go_and_nobody_in() -> None:
    room = Room(most=1, most_of_tenant=1)
    await room.enter(schema="a")
    waiting = [asyncio.create_task(room.enter(schema=schema)) for schema in "aab"]
    await settle()
    room.close()
    assert await asyncio.gather(*waiting) == [False] * 3
    assert not await room.enter(schema="c")
    assert len(room) == 1
