"""What every bus keeps, whichever it is; and that the two with connections come back after a loss by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
import pytest
import redis

from conversations.engine.bus import Bus, Ear
from conversations.engine.bus.memory import MemoryBus
from conversations.engine.bus.postgres import PostgresBus, PostgresEar
from conversations.engine.bus.redis import RedisAnnouncer, RedisBus, RedisEar
from conversations.engine.events import Recorded
from conversations.engine.hints import Change, Hint, News, Signal, Whisper, encode_hint, make_news
from tests.apps.engine.writing import until
from tests.redis_server import Redis, redis_server

SAID: Final[tuple[Signal, ...]] = (
    Hint(schema="t_1", position=7),
    Whisper(schema="t_1", subject=UUID(int=4), text='{"type":"typing"}'),
    Change(tenant=UUID(int=9)),
)
RECORDED: Final = Recorded(
    UUID(int=2), 3, 7, "message.posted.v1", UUID(int=5), "id-1", {"text": "云\u2028"}, datetime.now(UTC)
)


class Side:
    """One process's side of a bus, and what it heard."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.heard: list[Signal] = []
        self.resyncs = 0

    def resync(self) -> None:
        self.resyncs += 1


MakeBus = Callable[[], Bus]


@pytest.fixture(scope="module")
def redis_() -> Iterator[Redis]:
    with redis_server() as running:
        if running is None:
            pytest.skip("there is no redis-server here: run `sudo apt-get install redis-server`")
        yield running


@pytest.fixture(params=["memory", "postgres", "redis"])
def make_bus(request: pytest.FixtureRequest) -> MakeBus:
    if request.param == "memory":
        line: list[Any] = []
        return lambda: MemoryBus(line=line)
    if request.param == "postgres":
        dsn = request.getfixturevalue("database")
        return lambda: PostgresBus(dsn=dsn)
    server: Redis = request.getfixturevalue("redis_")
    return lambda: RedisBus(url=server.url)


@asynccontextmanager
async def joined(make: MakeBus, count: int = 2) -> AsyncIterator[list[Side]]:
    """Start sides of one bus and wait until all listen."""
    sides = [Side(make()) for _ in range(count)]
    for side in sides:
        await side.bus.start(listener=side.heard.append, resync=side.resync)
    await until(lambda: all(side.resyncs and side.bus.is_alive for side in sides))
    try:
        yield sides
    finally:
        for side in sides:
            await side.bus.stop()
    assert not any(side.bus.is_alive for side in sides)


@pytest.mark.asyncio
async def test_others_hear_it_and_oneself_does_not(make_bus: MakeBus) -> None:
    async with joined(make_bus, 3) as (one, two, three):
        origin = one.bus.origin
        one.bus.publish([Hint(schema="t_1", position=7, origin=origin), *SAID[1:]])
        hint = Hint(schema="t_1", position=7, origin=origin)
        for side in (two, three):
            await until(lambda side=side: len(side.heard) >= 3)  # type: ignore[misc] # mypy does not see the default
            assert set(side.heard) == {hint, *SAID[1:]}
        await asyncio.sleep(0.05)
        assert hint not in one.heard


@pytest.mark.asyncio
async def test_of_many_hints_about_a_tenant_the_last_arrives(make_bus: MakeBus) -> None:
    async with joined(make_bus) as (one, two):
        for position in range(1, 2_001):
            one.bus.publish([Hint(schema="t_1", position=position, origin=one.bus.origin)])
        await until(lambda: any(isinstance(each, Hint) and each.position == 2_000 for each in two.heard))


@pytest.mark.asyncio
async def test_events_travel_whole(redis_: Redis) -> None:
    async with joined(lambda: RedisBus(url=redis_.url)) as (one, two):
        one.bus.publish([make_news(schema="t_1", events=[RECORDED], origin=one.bus.origin)])
        await until(lambda: bool(two.heard))
        (news,) = two.heard
        assert isinstance(news, News)
        assert (news.schema, news.position, news.decoded()) == ("t_1", 7, [RECORDED])
        assert not one.heard


@pytest.mark.asyncio
async def test_redis_flushed_killed_and_cut(redis_: Redis) -> None:
    """After each loss both hear of it (resync) and hear each other again."""
    async with joined(lambda: RedisBus(url=redis_.url)) as (one, two):

        async def hears(position: int) -> None:
            one.bus.publish([Hint(schema="t_2", position=position, origin=one.bus.origin)])
            await until(lambda: any(isinstance(each, Hint) and each.position >= position for each in two.heard))

        with redis.Redis.from_url(redis_.url) as admin:
            admin.flushall()
            await hears(1)
            for kind in ("pubsub", "normal"):
                before = two.resyncs
                admin.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
                if kind == "pubsub":
                    await until(lambda before=before: two.resyncs > before and one.bus.is_alive)  # type: ignore[misc] # mypy does not see the default
                else:
                    one.bus.publish([Hint(schema="t_3", position=1)])  # finds out that it is cut
                await hears(2 if kind == "pubsub" else 3)
        had = (one.resyncs, two.resyncs)
        await asyncio.to_thread(redis_.kill)
        await until(lambda: not (one.bus.is_alive or two.bus.is_alive))
        one.bus.publish([Hint(schema="t_2", position=4, origin=one.bus.origin)])
        await asyncio.to_thread(redis_.start)
        await until(lambda: one.resyncs > had[0] and two.resyncs > had[1], within_s=20)
        await hears(5)


@pytest.mark.parametrize("kind", ["postgres", "redis"])
def test_a_process_without_a_loop_speaks_and_hears(kind: str, request: pytest.FixtureRequest) -> None:
    ear: Ear
    if kind == "redis":
        url = request.getfixturevalue("redis_").url
        ear, announce = RedisEar(url=url), RedisAnnouncer(url=url)
        for signal in SAID:
            announce(signal)
    else:
        dsn = request.getfixturevalue("database")
        ear = PostgresEar(dsn=dsn)
        for signal in SAID:
            say_by_notify(dsn, signal)
    heard: list[Signal] = []
    while not set(SAID) <= set(heard):
        heard += (more := ear.wait(seconds=5))
        assert more, heard
    ear.close()


def test_a_worker_is_told_that_redis_is_away() -> None:
    url = "redis://127.0.0.1:1/0"
    with pytest.raises(OSError, match="Error"):
        RedisEar(url=url)
    with pytest.raises(OSError, match="Error"):
        RedisAnnouncer(url=url)(SAID[0])


def say_by_notify(dsn: str, signal: Signal) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("SELECT pg_notify('yunke', %s)", [encode_hint(signal)])


def test_news_name_their_tenant_without_being_decoded() -> None:
    news = make_news(schema="t_1", events=[RECORDED], origin=str(uuid4()))
    assert (news.schema, news.position) == ("t_1", 7)
