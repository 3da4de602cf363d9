"""What happens to tickets, over real sockets: to those who see tickets, and to nobody else."""

from uuid import UUID

import pytest

from conversations.threads.actors import SYSTEM
from conversations.tickets.commands.changing import change, comment
from conversations.tickets.commands.opening import open_ticket
from conversations.tickets.rules.changing import Said, Wanted
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.apps.live.conftest import Ticket, guest_ticket
from tests.apps.live.test_conversation import peer
from tests.conftest import MakeMember
from tests.peer import apart
from tests.rows import NOW
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Ada")


@pytest.fixture
def passes(shop: Shop, agent: Member, member_ticket: Ticket) -> list[str]:
    """What lets the agent in, twice."""
    return [member_ticket(shop.tenant, agent) for _ in range(2)]


def work(shop: Shop, member: UUID) -> UUID:
    """Open a ticket, note something in it and give it to somebody."""
    with tenant_context(shop.tenant):
        ticket = open_ticket(actor=SYSTEM, wanted=Wanted(title="Parcel"), now=NOW)
        comment(ticket=ticket, actor=SYSTEM, said=Said(text="He is angry", among_staff=True), client_id="a", now=NOW)
        change(ticket=ticket, actor=SYSTEM, wanted=Wanted(owner=member), now=NOW)
    return ticket


async def test_tickets_are_heard_by_those_who_see_them(
    server: Server, shop: Shop, guest: Guest, agent: Member, passes: list[str]
) -> None:
    async with peer(server, shop) as ada, peer(server, shop) as late, peer(server, shop) as visitor:
        await ada.hello(ticket=passes[0])
        head = (await ada.subscribe("tickets"))["head"]
        await ada.subscribe("desk")
        ticket = await apart(lambda: work(shop, agent.person_id))
        told = await ada.next("event", topic="tickets", kind="ticket.assigned.v1")
        assert told["body"]["ticket"] == str(ticket)
        assert (told["audience"], "conversation" in told) == ("staff", False)
        assert [event["kind"] for event in ada.events("desk")] == []
        await late.hello(ticket=passes[1])
        await late.subscribe("tickets", after=head)
        await late.next("event", topic="tickets", kind="ticket.assigned.v1")
        assert late.events("tickets") == ada.events("tickets")
        await visitor.hello(ticket=guest_ticket(shop, guest))
        for topic in ("tickets", f"conversation:{ticket}", f"staff:{ticket}"):
            await visitor.say(type="subscribe", topic=topic)
            assert await visitor.error(topic=topic) == "not_found"
