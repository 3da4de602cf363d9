"""One connection to Redis: who is silent or refuses is lost, what was under way is said again, passwords are shown."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import hiredis
import msgspec
import pytest

from conversations.engine.bus import redis as bus_module
from conversations.engine.bus import redis_line as line_module
from conversations.engine.bus.redis import RedisBus
from conversations.engine.hints import Hint, News, Signal
from tests.apps.engine.writing import until

Answer = Callable[[list[bytes]], bytes | None]
HELLO, SUBSCRIBED = b"%1\r\n+server\r\n+redis\r\n", b">3\r\n+subscribe\r\n+yunke\r\n:1\r\n"


class Pretender:
    """Stands for a Redis: answers each command as told, and keeps what was said."""

    def __init__(self, answer: Answer) -> None:
        self.said: list[list[bytes]] = []
        self.came = 0
        self.say: Callable[[bytes], None] = lambda _data: None
        self._answer = answer

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        self.say = writer.write
        parser = hiredis.Reader()
        while data := await reader.read(65_536):
            parser.feed(data)
            while (words := parser.gets()) is not False:
                self.said.append(words)
                if (answer := self._answer(words)) is not None:
                    writer.write(answer)
        writer.close()

    def verbs(self) -> list[bytes]:
        return [words[0] for words in self.said]


@asynccontextmanager
async def pretended(answer: Answer) -> AsyncIterator[tuple[Pretender, str]]:
    pretender = Pretender(answer)
    server = await asyncio.start_server(pretender.serve, "127.0.0.1", 0)
    async with server:
        yield pretender, f"127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


@asynccontextmanager
async def running(url: str, resyncs: list[Any] | None = None) -> AsyncIterator[RedisBus]:
    heard: list[Signal] = []
    bus, told = RedisBus(url=url), [] if resyncs is None else resyncs
    await bus.start(listener=heard.append, resync=lambda: told.append(None))
    try:
        yield bus
    finally:
        await bus.stop()


def well(words: list[bytes]) -> bytes | None:
    return {b"HELLO": HELLO, b"SUBSCRIBE": SUBSCRIBED, b"PING": b"+PONG\r\n", b"PUBLISH": b":1\r\n"}[words[0]]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("SILENCE_S", 0.2), ("HANGS_S", 0.4), ("_LOOKS_S", 0.05)):
        monkeypatch.setattr(line_module, name, seconds)


@pytest.mark.asyncio
@pytest.mark.usefixtures("impatient")
async def test_who_has_nothing_to_say_is_asked_and_kept() -> None:
    async with pretended(well) as (redis, address), running(f"redis://{address}") as bus:
        await until(lambda: redis.verbs().count(b"PING") >= 3)
        assert redis.came == 1
        assert bus.is_alive


@pytest.mark.asyncio
@pytest.mark.usefixtures("impatient")
async def test_who_does_not_answer_is_left_and_come_back_to() -> None:
    resyncs: list[Any] = []

    def deaf(words: list[bytes]) -> bytes | None:
        return None if words[0] == b"PING" else well(words)

    async with pretended(deaf) as (redis, address), running(f"redis://{address}", resyncs):
        await until(lambda: redis.came >= 2 and len(resyncs) >= 2)


@pytest.mark.asyncio
@pytest.mark.usefixtures("impatient")
async def test_who_takes_the_connection_and_says_nothing_at_all_is_left() -> None:
    async with pretended(lambda _words: None) as (redis, address), running(f"redis://{address}") as bus:
        await until(lambda: redis.came >= 2)
        assert not bus.is_alive


@pytest.mark.asyncio
async def test_news_that_were_refused_are_said_again_as_hints() -> None:
    def refusing(words: list[bytes]) -> bytes | None:
        return b"-OOM no memory\r\n" if words[0] == b"PUBLISH" and b'"t":"n"' in words[2] else well(words)

    async with pretended(refusing) as (redis, address), running(f"redis://{address}") as bus:
        await until(lambda: bus.is_alive)
        bus.publish([News(schema="t_1", position=7, events=msgspec.Raw(b"[]"), origin=bus.origin)])
        await until(lambda: any(b'"t":"h"' in words[2] for words in redis.said if words[0] == b"PUBLISH"))
        assert redis.came == 2


@pytest.mark.asyncio
async def test_what_is_said_in_one_turn_goes_together() -> None:
    async with pretended(well) as (redis, address), running(f"redis://{address}") as bus:
        await until(lambda: bus.is_alive)
        for position in range(1, 51):
            bus.publish([Hint(schema="t_1", position=position, origin=bus.origin)])
        await until(lambda: b"PUBLISH" in redis.verbs())
        await asyncio.sleep(0.05)
        assert redis.verbs().count(b"PUBLISH") == 1


@pytest.mark.asyncio
async def test_a_server_that_answers_slowly_is_sent_no_more_than_so_many_parcels(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bus_module, "_UNANSWERED", 3)

    def slow(words: list[bytes]) -> bytes | None:
        return None if words[0] == b"PUBLISH" else well(words)

    async with pretended(slow) as (redis, address), running(f"redis://{address}") as bus:
        await until(lambda: bus.is_alive)
        for position in range(1, 21):
            bus.publish([Hint(schema="t_1", position=position, origin=bus.origin)])
            await asyncio.sleep(0.005)
        assert redis.verbs().count(b"PUBLISH") == 3
        redis.say(b":1\r\n" * 3)
        await until(lambda: redis.verbs().count(b"PUBLISH") == 4)
        assert b'"position":20' in redis.said[-1][2]
        assert redis.came == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("login", "shown"),
    [("ann:s%40cret@", [b"AUTH", b"ann", b"s@cret"]), (":s@", [b"AUTH", b"default", b"s"]), ("", [])],
)
async def test_passwords_are_shown_as_the_address_says(login: str, shown: list[bytes]) -> None:
    async with pretended(well) as (redis, address), running(f"redis://{login}{address}") as bus:
        await until(lambda: bus.is_alive)
        assert redis.said[0] == [b"HELLO", b"3", *shown]


@pytest.mark.asyncio
async def test_a_wrong_password_is_an_error_and_not_silence() -> None:
    def refusing(words: list[bytes]) -> bytes | None:
        return b"-WRONGPASS invalid\r\n" if words[0] == b"HELLO" else well(words)

    async with pretended(refusing) as (redis, address):
        line = line_module.RedisLine(told=lambda _said: None, free=lambda: None)
        with pytest.raises(ConnectionError, match="WRONGPASS"):
            await line.open(url=f"redis://:x@{address}")
        assert redis.verbs() == [b"HELLO"]
