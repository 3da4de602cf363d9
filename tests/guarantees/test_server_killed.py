"""A server killed with -9 between sends, again and again: what was acked is there, what is sent again is there once."""

import asyncio

import pytest
from websockets.exceptions import ConnectionClosed

from conversations.live.tickets import issue_pass, sign_ticket
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

KILLS = 3
EACH = 120


class Life:
    """A visitor's widget over several sockets: keeps what is not acked and sends it again after each crash."""

    def __init__(self, *, shop: Shop, guest: Guest, ticket: str) -> None:
        self.shop = shop
        self.guest = guest
        self.credentials = {"ticket": ticket}
        self.unsent: dict[str, str] = {}
        self.acks: dict[str, int] = {}
        self.doubts = 0
        self.seen: list[int] = []

    async def run(self, port: int, *, die: "asyncio.Event | None" = None) -> None:
        """Connect, resume where we were, send all that is not acked; until all is acked or the server dies."""
        topic = f"conversation:{self.guest.conversation}"
        async with Peer(port=port, tenant=self.shop.tenant) as peer:
            self.credentials = {"resume": (await peer.hello(**self.credentials))["resume"]}
            await peer.subscribe(topic, self.seen[-1] if self.seen else 0)
            try:
                for n, (client_id, text) in enumerate(dict(self.unsent).items()):
                    await peer.send(self.guest.conversation, text, client_id)
                    if die is not None and n == len(self.unsent) // 2:
                        die.set()
                    await asyncio.sleep(0)
                async with asyncio.timeout(20):
                    while not peer.is_over and not self._is_done(peer):  # noqa: ASYNC110 # whichever comes first
                        await asyncio.sleep(0.01)
            except ConnectionClosed:
                pass
            self._remember(peer, topic)

    def _is_done(self, peer: Peer) -> bool:
        return len([frame for frame in peer.heard if frame["type"] == "ack"]) >= len(self.unsent)

    def _remember(self, peer: Peer, topic: str) -> None:
        for frame in peer.heard:
            if frame["type"] == "ack":
                assert self.acks.setdefault(frame["id"], frame["seq"]) == frame["seq"]
                self.unsent.pop(frame["id"], None)
        self.doubts += len(self.unsent)
        self.seen += [frame["seq"] for frame in peer.events(topic)]


@pytest.mark.asyncio
async def test_what_was_acked_is_there_and_what_is_sent_again_is_there_once(
    database: str, shop: Shop, guest: Guest
) -> None:
    ticket = sign_ticket(pass_=issue_pass(tenant=shop.tenant, actor=guest.actor, origin=""))
    life = Life(shop=shop, guest=guest, ticket=ticket)
    server = await asyncio.to_thread(Server, dsn=database)
    for kill in range(KILLS):
        life.unsent |= {f"{kill}-{n}": f"{kill}-{n}" for n in range(EACH)}
        die = asyncio.Event()
        living = asyncio.create_task(life.run(server.port, die=die))
        await die.wait()
        with server:
            server.kill()
        await living
        server = await asyncio.to_thread(Server, dsn=database, port=server.port)
    with server:
        life.unsent |= {client_id: client_id for client_id in life.acks}
        await life.run(server.port)
    assert life.doubts > 0, "the server was killed while something was on its way"
    events = [event for event in await apart(lambda: shop.read(guest.conversation)) if event.client_id in life.acks]
    assert {event.client_id: event.seq for event in events} == life.acks
    assert sorted(life.acks) == sorted(f"{kill}-{n}" for kill in range(KILLS) for n in range(EACH))
    assert len(events) == KILLS * EACH, "each has one effect"
    assert life.seen == list(range(1, len(life.seen) + 1)), "seen over all sockets without hole or repetition"
