"""The database away while somebody comes in: they are asked to come back, not to sign in again."""

import json
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from conversations.live.consumer import LiveConsumer
from conversations.live.server import LiveServer
from tenants.context import TenantRef
from tests.apps.live.test_feeds import TENANT


class Gate:
    """Cannot look anything up."""

    async def admit(self, **_: object) -> None:
        raise psycopg.OperationalError("the database is away")


@pytest.mark.asyncio
async def test_hello_while_the_database_is_away() -> None:
    said = iter([{"type": "websocket.connect"}, {"type": "websocket.receive", "text": '{"type":"hello","ticket":"t"}'}])
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
