"""No socket hears of the audit: not on the desk, whoever listens, nor by a topic of its own."""

import pytest

from conversations.audit.commands import record
from conversations.audit.events import AUDIT
from tenants.audit.noting import SYSTEM, Target
from tenants.context import tenant_context
from tests.apps.live.conftest import Ticket
from tests.conftest import MakeMember
from tests.peer import Peer, apart
from tests.rows import NOW
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio
CANARY = "canary.done"


async def test_the_desk_goes_on_without_it(
    server: Server, shop: Shop, guest: Guest, make_member: MakeMember, member_ticket: Ticket
) -> None:
    def do() -> None:
        with tenant_context(shop.tenant):
            record(who=SYSTEM, action=CANARY, target=Target(kind="thing", id="1"), now=NOW)

    owner = await apart(lambda: make_member(shop.tenant, role="owner"))
    ticket = await apart(lambda: member_ticket(shop.tenant, owner))
    await apart(do)
    async with Peer(port=server.port, tenant=shop.tenant) as desk:
        await desk.hello(ticket=ticket)
        await desk.present(owner.person_id)
        head = (await desk.subscribe("desk", after=0))["head"]
        await desk.next("mark", position=head)
        await apart(do)
        await apart(lambda: shop.say(guest.conversation, guest.actor, "after it"))
        event = await desk.next("event", topic="desk", kind="message.posted.v1", position=head + 2)
        assert event["body"]["text"] == "after it"
        for topic in (f"staff:{AUDIT}", f"conversation:{AUDIT}"):
            await desk.say(type="subscribe", topic=topic)
            assert await desk.error(topic=topic) == "not_found"
        assert CANARY not in str(desk.heard)
