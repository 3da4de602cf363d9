"""Last words: to who comes in while the database is away, and to who did not read."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any, Final, cast
from unittest.mock import AsyncMock
from uuid import UUID

import psycopg
import pytest

from conversations.live.consumer import LiveConsumer
from conversations.live.server import LiveServer
from conversations.live.session import Session
from conversations.live.tickets import Pass
from tenants.context import TenantRef
from tenants.crowding import Door
from tests.apps.live.test_feeds import TENANT

HELLO: Final = '{"type":"hello","ticket":"t"}'
PASS: Final = Pass(tenant=TENANT.id, kind="contact", id=UUID(int=4), name="#", role="", origin="", nonce="n")


class Gate:
    """Cannot look anything up."""

    async def admit(self, **_: object) -> None:
        raise psycopg.OperationalError("the database is away")


@pytest.mark.asyncio
async def test_hello_while_the_database_is_away() -> None:
    said = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": HELLO}])
    heard: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return next(said)

    async def send(message: dict[str, Any]) -> None:
        heard.append(message)

    server = cast("LiveServer", SimpleNamespace(gate=Gate(), draining=False))
    scope: dict[str, TenantRef | str] = {"tenant": TENANT, "origin": ""}
    await LiveConsumer(server=lambda: server)(scope, receive, send)
    assert [message["type"] for message in heard] == ["websocket.accept", "websocket.send", "websocket.close"]
    assert json.loads(heard[1]["text"])["code"] == "unavailable"
    assert heard[2]["code"] == 1012


class SlowReader:
    """A browser that takes its first frame only after the server has given up on it, and then reads on."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.reads = asyncio.Event()
        self._said = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": HELLO}])

    async def receive(self) -> dict[str, Any]:
        said = next(self._said, None)
        if said is None:
            await asyncio.Event().wait()
        assert said
        return said

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] != "websocket.accept":
            await self.reads.wait()
        self.heard.append(message)


@pytest.mark.asyncio
async def test_who_reads_again_in_time_is_told_why_it_is_closed() -> None:
    reader = SlowReader()
    sessions: set[Session] = set()
    gate = SimpleNamespace(admit=AsyncMock(return_value=PASS))
    counting = {"enter": sessions.add, "leave": sessions.discard}
    server = SimpleNamespace(gate=gate, draining=False, log=None, writer=None, feeds=None, **counting)
    server.door, server.exit = Door(most=8), asyncio.Lock()
    serving = asyncio.create_task(
        LiveConsumer(server=lambda: cast("LiveServer", server))(
            {"tenant": TENANT, "origin": ""}, reader.receive, reader.send
        )
    )
    while not sessions:  # noqa: ASYNC110 # it says hello first
        await asyncio.sleep(0)
    (session,) = sessions
    for _ in range(40):
        session.push("x" * 32_000)
    await asyncio.sleep(0.05)
    reader.reads.set()
    await asyncio.wait_for(serving, 5)
    *_, last, close = reader.heard
    assert json.loads(last["text"]) == {"type": "closing", "reason": "too_slow", "retry_after_ms": 1000}
    assert (close["type"], close["code"]) == ("websocket.close", 4008)
    assert len(reader.heard) <= 4
    assert not sessions
