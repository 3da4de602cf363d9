"""Two servers and a worker on one database: who is connected to one hears what is said on the other."""

import asyncio

import pytest

from conversations.live.tickets import issue_pass, sign_ticket
from conversations.threads.events import ConversationResolved
from tests.peer import Peer, apart
from tests.serving import Server, Worker
from tests.shop import Guest, Shop

EACH = 100


@pytest.mark.asyncio
async def test_everybody_hears_everybody(database: str, shop: Shop, guest: Guest) -> None:
    def ticket() -> str:
        return sign_ticket(pass_=issue_pass(tenant=shop.tenant, actor=guest.actor, origin=""))

    topic = f"conversation:{guest.conversation}"
    one, two = await asyncio.gather(*(asyncio.to_thread(Server, dsn=database) for _ in range(2)))
    with one, two, Worker(dsn=database):
        async with Peer(port=one.port, tenant=shop.tenant) as here, Peer(port=two.port, tenant=shop.tenant) as there:
            for peer in (here, there):
                await peer.hello(ticket=ticket())
                await peer.subscribe(topic, 2)
            await here.say(type="typing", conversation=guest.conversation)
            await there.next("typing", within_s=5)
            for n in range(EACH):
                await here.send(guest.conversation, f"h-{n}", f"h-{n}")
                await there.send(guest.conversation, f"t-{n}", f"t-{n}")
            for peer in (here, there):
                await peer.next("event", seq=2 * EACH + 2, within_s=20)
            await there.send(guest.conversation, "h-0", "h-0")
            await there.next("ack", id="h-0")
            await apart(lambda: shop.write(guest.conversation, [ConversationResolved()]))
            for peer in (here, there):
                await peer.next("event", kind="conversation.resolved.v1")
            await here.send(guest.conversation, "one more thing", "again")
            for peer in (here, there):
                await peer.next("event", kind="conversation.reopened.v1", within_s=60)  # a worker that has just started
        heard = [peer.events(topic) for peer in (here, there)]
    assert heard[0] == heard[1]
    assert [frame["seq"] for frame in heard[0]] == list(range(3, 2 * EACH + 6))
    texts = [frame["body"].get("text") for frame in heard[0]]
    for side in "ht":
        assert [text for text in texts if text and text.startswith(f"{side}-")] == [f"{side}-{n}" for n in range(EACH)]
