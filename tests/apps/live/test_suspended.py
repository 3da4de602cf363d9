"""Sockets of a suspended tenant stay: they hear and read, and what they say is refused, also between others' words."""

import asyncio

import pytest

from tenants.provisioning.suspension import resume, suspend
from tests.apps.live.conftest import Ticket, guest_ticket
from tests.conftest import MakeMember, MakeTenant
from tests.peer import Peer, apart
from tests.rows import NOW
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio


async def test_what_is_said_is_refused_and_the_socket_stays(
    server: Server, shop: Shop, guest: Guest, make_member: MakeMember, member_ticket: Ticket
) -> None:
    topic = f"conversation:{guest.conversation}"
    ticket = await apart(lambda: member_ticket(shop.tenant, make_member(shop.tenant)))
    async with (
        Peer(port=server.port, tenant=shop.tenant) as visitor,
        Peer(port=server.port, tenant=shop.tenant) as agent,
    ):
        await visitor.hello(ticket=guest_ticket(shop, guest))
        await agent.hello(ticket=ticket)
        await visitor.subscribe(topic, 0)
        await agent.subscribe(topic, 0)
        await agent.next("event", seq=2)
        await apart(lambda: suspend(slug=shop.tenant.slug, reason="No.", now=NOW))
        for n in ("1", "2"):  # the first finds out in the database, the second is refused from memory
            await visitor.send(guest.conversation, "anybody there?", n)
            assert await visitor.error(id=n) == "suspended"
        await agent.say(type="read", conversation=guest.conversation, seq=2)
        assert await agent.error() == "suspended"
        await agent.subscribe(topic, 0)
        await agent.next("event", seq=2)
        events = await apart(lambda: len(shop.read(guest.conversation)))
        assert events == 2
        await apart(lambda: resume(slug=shop.tenant.slug, now=NOW))
        for again in range(100):  # the process remembers a refusal for two seconds
            await visitor.send(guest.conversation, "and now?", f"again-{again}")
            if await answer(visitor, f"again-{again}") == "ack":
                return
    raise AssertionError("it is still refused")


async def answer(peer: Peer, client_id: str) -> str:
    """Answer what became of a message, asking every now and then."""
    while True:
        found = [frame["type"] for frame in peer.heard if frame.get("id") == client_id and frame["type"] != "event"]
        if found:
            return str(found[0])
        await asyncio.sleep(0.05)


async def test_others_are_served_at_once(server: Server, make_tenant: MakeTenant) -> None:
    shops = await apart(lambda: [Shop(tenant=make_tenant()) for _ in range(2)])
    guests = await apart(lambda: [shop.welcome(text="hello") for shop in shops])
    await apart(lambda: suspend(slug=shops[0].tenant.slug, reason="No.", now=NOW))
    async with (
        Peer(port=server.port, tenant=shops[0].tenant) as closed,
        Peer(port=server.port, tenant=shops[1].tenant) as open_,
    ):
        for peer, shop, guest in zip((closed, open_), shops, guests, strict=True):
            await peer.hello(ticket=guest_ticket(shop, guest))
        for n in range(50):
            await closed.send(guests[0].conversation, "x", f"c{n}")
            await open_.send(guests[1].conversation, "x", f"o{n}")
        for n in range(50):
            assert await closed.error(id=f"c{n}") == "suspended"
            await open_.next("ack", id=f"o{n}")
