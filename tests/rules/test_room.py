"""The writer's room: bounds for all and for each tenant, and nobody who waits is forgotten."""

import asyncio

import pytest

from conversations.engine.room import OWN, TURN, Room


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


def fill(room: Room, schema: str) -> int:
    """Take all places that a tenant can have now, and answer how many they are."""
    taken = 0
    while room.enter_now(schema=schema):
        taken += 1
    return taken


def test_what_there_is_is_shared_out_and_nobody_waits_for_another_tenant() -> None:
    room = Room(most=1_000, most_of_tenant=600)
    assert fill(room, "a") == 600
    assert fill(room, "b") == 500
    assert fill(room, "c") == 333
    many = [fill(room, f"t{n}") for n in range(30)]
    assert min(many) == OWN


def test_those_in_line_take_turns_of_some_places_each() -> None:
    room = Room(most=1_000, most_of_tenant=100)
    fill(room, "a")
    came: list[str] = []

    def join(name: str) -> None:
        room.line_up(schema="a", wake=lambda: come(name))

    def come(name: str) -> None:
        while room.enter_now(schema="a"):
            came.append(name)
        join(name)

    join("x")
    join("y")
    assert not room.has_place(schema="a")
    for _ in range(TURN - 1):
        room.leave(schema="a")
    assert not came
    assert not room.enter_now(schema="a"), "others are before it"
    for _ in range(2 * TURN + 1):
        room.leave(schema="a")
    assert came == ["x"] * TURN + ["y"] * TURN + ["x"] * TURN
    assert len(room) == 100


@pytest.mark.asyncio
async def test_who_does_not_come_when_woken_stops_nobody() -> None:
    room = Room(most=1_000, most_of_tenant=1)
    await room.enter(schema="a")
    room.line_up(schema="a", wake=lambda: None)
    late = asyncio.create_task(room.enter(schema="a"))
    await settle()
    room.leave(schema="a")
    assert await asyncio.wait_for(late, 1)


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
    waiting = [asyncio.create_task(room.enter(schema="a")) for _ in range(3)]
    await settle()
    room.close()
    assert await asyncio.gather(*waiting) == [False] * 3
    assert not await room.enter(schema="c")
    assert len(room) == 1
