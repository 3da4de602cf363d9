"""A client that does not read: it costs bounded memory, is told and closed with 4008; the others do not notice."""

import asyncio
import time

import pytest

from conversations.live.tickets import issue_pass, sign_ticket
from tests.guarantees.trials.deaf import Deaf
from tests.peer import Peer
from tests.serving import Server
from tests.shop import Guest, Shop

MEBIBYTE = 1_048_576
DEAF = 6
MESSAGES = 500
LETS_GO_S = 20
TEXT = "云" * 8_000


@pytest.mark.asyncio
async def test_who_does_not_read_is_closed_and_nobody_else_notices(database: str, shop: Shop, guest: Guest) -> None:
    with await asyncio.to_thread(Server, dsn=database) as server:
        deaf = [Deaf(port=server.port, shop=shop, guest=guest) for _ in range(DEAF)]
        for one in deaf:
            await one.begin()
        ticket = sign_ticket(pass_=issue_pass(tenant=shop.tenant, actor=guest.actor, origin=""))
        async with Peer(port=server.port, tenant=shop.tenant) as peer:
            await peer.hello(ticket=ticket)
            await peer.subscribe(f"conversation:{guest.conversation}")
            before, most, slowest = server.memory, 0, 0.0
            assert server.connections == DEAF + 1
            for n in range(MESSAGES):
                began = time.monotonic()
                await peer.send(guest.conversation, TEXT, f"id-{n}")
                await peer.next("ack", id=f"id-{n}")
                slowest = max(slowest, time.monotonic() - began)
                most = max(most, server.memory - before)
            await peer.ping()
            async with asyncio.timeout(LETS_GO_S):
                while server.connections > 1:  # noqa: ASYNC110 # only /proc knows
                    await asyncio.sleep(0.1)
            seqs = [frame["seq"] for frame in peer.events(f"conversation:{guest.conversation}")]
        for one in deaf:
            assert (await one.listen())[-1:] == ["too_slow"], "its last words were kept for it"
            assert one.socket.close_code == 4008
            await one.end()
    assert seqs == list(range(3, MESSAGES + 3))
    assert slowest < 3
    assert most < (DEAF + 1) * 2 * MEBIBYTE + 32 * MEBIBYTE
