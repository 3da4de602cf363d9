"""Hints may be lost, but nothing that they hint at; and nobody hears of a message before it is committed."""

import asyncio
from contextlib import suppress
from functools import partial

import pytest

from conversations.engine import log
from tests.apps.engine.writing import locked, owner
from tests.apps.live.conftest import guest_ticket
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio
HEALS_S = 8


@pytest.fixture
def ticket(shop: Shop, guest: Guest) -> str:
    return guest_ticket(shop, guest)


async def test_written_elsewhere_and_hinted(server: Server, shop: Shop, guest: Guest, ticket: str) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as visitor:
        await visitor.hello(ticket=ticket)
        await visitor.subscribe(f"conversation:{guest.conversation}", 2)
        await apart(lambda: shop.say(guest.conversation, guest.actor, "from elsewhere"))
        await visitor.next("event", seq=3, within_s=HEALS_S)


async def test_a_hint_that_was_never_sent(
    server: Server, shop: Shop, guest: Guest, ticket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_announce", lambda _: None)
    async with Peer(port=server.port, tenant=shop.tenant) as visitor:
        await visitor.hello(ticket=ticket)
        await visitor.subscribe(f"conversation:{guest.conversation}", 2)
        for n in range(3):
            await apart(partial(shop.say, guest.conversation, guest.actor, str(n)))
        await visitor.next("event", seq=5, within_s=HEALS_S)
        assert [frame["seq"] for frame in visitor.events(f"conversation:{guest.conversation}")] == [3, 4, 5]


async def test_the_bus_cut_while_messages_are_written(server: Server, shop: Shop, guest: Guest, ticket: str) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as visitor, owner() as connection:
        await visitor.hello(ticket=ticket)
        await visitor.subscribe(f"conversation:{guest.conversation}", 2)
        for n in range(5):
            query = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                # What it said last: it asks now and then whether the other side is still there.
                " WHERE query IN ('LISTEN yunke', 'SELECT 1') AND application_name = %s"
            )
            cut = await (await connection.execute(query, [server.name])).fetchall()
            assert n or cut
            await apart(partial(shop.say, guest.conversation, guest.actor, str(n)))
        await visitor.next("event", seq=7, within_s=HEALS_S)
        assert [frame["seq"] for frame in visitor.events(f"conversation:{guest.conversation}")] == [3, 4, 5, 6, 7]


async def test_the_servers_connections_killed_while_somebody_chats(
    server: Server, shop: Shop, guest: Guest, ticket: str
) -> None:
    """The writer's, the pool's, the bus's: every message is acked at last, and is there once."""
    topic, count = f"conversation:{guest.conversation}", 60
    async with Peer(port=server.port, tenant=shop.tenant) as visitor, owner() as connection:
        await visitor.hello(ticket=ticket)
        await visitor.subscribe(topic, 2)
        for n in range(count):
            await visitor.send(guest.conversation, str(n), f"id-{n}")
            await asyncio.sleep(0.01)
            if n % 20 == 10:
                query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s"
                assert len(await (await connection.execute(query, [server.name])).fetchall()) >= 3
        for n in range(count):
            await visitor.next("ack", id=f"id-{n}")
        await visitor.next("event", seq=count + 2, within_s=HEALS_S)
        assert [frame["body"]["text"] for frame in visitor.events(topic)] == [str(n) for n in range(count)]


async def test_no_ack_before_commit(server: Server, shop: Shop, guest: Guest, ticket: str) -> None:
    async with (
        Peer(port=server.port, tenant=shop.tenant) as visitor,
        locked(shop.tenant, guest.conversation) as let_go,
    ):
        await visitor.hello(ticket=ticket)
        await visitor.subscribe(f"conversation:{guest.conversation}", 2)
        await visitor.send(guest.conversation, "held", "1")
        with suppress(TimeoutError):
            await visitor.next("ack", within_s=0.8)
        assert {frame["type"] for frame in visitor.heard} == {"welcome", "subscribed"}
        await visitor.ping()
        await let_go()
        await visitor.next("ack", id="1", seq=3)
        await visitor.next("event", seq=3)


async def test_a_conversation_held_for_long_is_unavailable_and_can_be_sent_again(
    server: Server, shop: Shop, guest: Guest, ticket: str
) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as visitor:
        await visitor.hello(ticket=ticket)
        async with locked(shop.tenant, guest.conversation):
            await visitor.send(guest.conversation, "held", "1")
            error = await visitor.next("error", id="1", within_s=20)
        assert error["code"] == "unavailable"
        await visitor.send(guest.conversation, "held", "1")
        await visitor.next("ack", id="1", seq=3)
