"""A socket that is told to go: nothing it still says is heard, whether it reads or not."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from conversations.live import consumer
from conversations.live.consumer import LiveConsumer
from conversations.live.server import LiveServer
from conversations.live.session import Session
from conversations.live.tickets import Pass
from tenants.context import TenantRef
from tenants.crowding import Door

pytestmark = pytest.mark.asyncio

TENANT = TenantRef(id=uuid4(), slug="acme", schema="t_acme")


class Client:
    """A browser that pings all the time, and takes what it is sent unless it is deaf."""

    def __init__(self, *, deaf: bool) -> None:
        self.deaf = deaf
        self.said = 0
        self.heard: list[dict[str, Any]] = []
        self._first = iter(
            [{"type": "websocket.connect"}, {"type": "websocket.receive", "text": '{"type":"hello","ticket":"t"}'}]
        )

    async def receive(self) -> dict[str, Any]:
        await asyncio.sleep(0.001)
        self.said += 1
        return next(self._first, {"type": "websocket.receive", "text": '{"type":"ping"}'})

    async def send(self, message: dict[str, Any]) -> None:
        if self.deaf and message["type"] == "websocket.send":
            await asyncio.Event().wait()
        self.heard.append(message)


class Gate:
    """Lets everybody in, after a moment in which `meanwhile` happens."""

    def __init__(self, server: SimpleNamespace, *, drains: bool = False) -> None:
        self._server, self._drains = server, drains

    async def admit(self, **_: object) -> Pass:
        self._server.draining = self._drains
        return Pass(tenant=TENANT.id, kind="contact", id=uuid4(), name="#1", role="", origin="", nonce="n")


def make_server(*, drains: bool = False) -> SimpleNamespace:
    sessions: set[Session] = set()
    server = SimpleNamespace(
        sessions=sessions,
        enter=sessions.add,
        leave=sessions.discard,
        draining=False,
        log=None,
        writer=None,
        feeds=None,
        send_away=LiveServer.send_away,
        door=Door(most=8),
        exit=asyncio.Lock(),
    )
    server.gate = Gate(server, drains=drains)
    return server


async def serve(client: Client, server: SimpleNamespace) -> None:
    live = LiveConsumer(server=lambda: cast("LiveServer", server))
    await live({"type": "websocket", "tenant": TENANT, "origin": ""}, client.receive, client.send)


async def session_of(server: SimpleNamespace) -> Session:
    while not server.sessions:  # noqa: ASYNC110 - a set tells nobody that it grew
        await asyncio.sleep(0.001)
    session: Session = next(iter(server.sessions))
    return session


@pytest.mark.parametrize("deaf", [False, True])
async def test_who_is_sent_away_is_heard_no_more(deaf: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer, "SLOW_S", 0.05)
    client, server = Client(deaf=deaf), make_server()
    serving = asyncio.create_task(serve(client, server))
    session = await session_of(server)
    session.outbox.close(4001)
    said = client.said
    await asyncio.wait_for(serving, 2)
    assert client.said <= said + 1
    assert not server.sessions
    if not deaf:
        assert client.heard[-1] == {"type": "websocket.close", "code": 4001}


async def test_who_comes_in_while_the_server_begins_to_go_is_told() -> None:
    client = Client(deaf=False)
    await asyncio.wait_for(serve(client, make_server(drains=True)), 2)
    assert '"restart"' in client.heard[-2]["text"]
    assert client.heard[-1] == {"type": "websocket.close", "code": 1012}
