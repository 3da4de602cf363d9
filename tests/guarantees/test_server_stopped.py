"""A server told to stop: every socket hears `closing`, then 1012; everything acked is there; it ends in time."""

import asyncio
import time

import pytest

from conversations.live.tickets import issue_pass, sign_ticket
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

SOCKETS = 12
EACH = 40


@pytest.mark.asyncio
async def test_everybody_is_told_and_nothing_is_lost(database: str, shop: Shop, guest: Guest) -> None:
    with await asyncio.to_thread(Server, dsn=database) as server:
        peers = [Peer(port=server.port, tenant=shop.tenant) for _ in range(SOCKETS)]
        for peer in peers:
            await peer.__aenter__()
            await peer.hello(ticket=sign_ticket(pass_=issue_pass(tenant=shop.tenant, actor=guest.actor, origin="")))
        for n in range(EACH):
            for number, peer in enumerate(peers):
                await peer.send(guest.conversation, "x", f"{number}-{n}")
        began = time.monotonic()
        server.terminate()
        codes = [await peer.closed() for peer in peers]
        status = await asyncio.to_thread(server.popen.wait, 15)
        assert time.monotonic() - began < 12
        for peer in peers:
            await peer.__aexit__()
    assert codes == [1012] * SOCKETS
    assert status in {0, -15}
    for peer in peers:
        (closing,) = [frame for frame in peer.heard if frame["type"] == "closing"]
        assert closing["reason"] == "restart"
        assert 0 < closing["retry_after_ms"] <= 5_000
    acked = {frame["id"]: frame["seq"] for peer in peers for frame in peer.heard if frame["type"] == "ack"}
    found = {event.client_id: event.seq for event in await apart(lambda: shop.read(guest.conversation))}
    assert acked.items() <= found.items()
