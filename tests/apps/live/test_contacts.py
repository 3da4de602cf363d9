"""What happens to contacts, over real sockets: a blocked visitor is refused at once; a merge sends nobody away."""

from collections.abc import Callable

import pytest

from conversations.contacts.merging.commands import merge, unmerge
from conversations.threads.blocking import block, unblock
from tenants.audit.noting import Who
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
def desk_ticket(shop: Shop, agent: Member, member_ticket: Ticket) -> str:
    return member_ticket(shop.tenant, agent)


def within(shop: Shop, act: Callable[[], None]) -> Callable[[], None]:
    """Answer the same as it is done in the shop."""

    def done() -> None:
        with tenant_context(shop.tenant):
            act()

    return done


async def test_a_blocked_visitor_is_refused_at_once(
    server: Server, shop: Shop, guest: Guest, agent: Member, desk_ticket: str
) -> None:
    who, contact = Who(kind="member", id=agent.person_id, label="Ada"), guest.actor.id
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=desk_ticket)
        await ada.subscribe("desk")
        await visitor.hello(ticket=guest_ticket(shop, guest))
        topic = f"conversation:{guest.conversation}"
        await visitor.subscribe(topic)
        await visitor.send(guest.conversation, "one", "1")
        await visitor.next("ack", id="1", seq=3)
        await apart(within(shop, lambda: block(contact=contact, who=who, now=NOW)))
        told = await ada.next("event", topic="desk", kind="contact.blocked.v1")
        assert (told["body"], "conversation" in told) == ({"contact": str(contact), "members": [str(contact)]}, False)
        for id_ in ("2", "3"):  # the first time the right is asked anew, then it is known
            await visitor.send(guest.conversation, "two", id_)
            assert (await visitor.next("error", id=id_))["code"] == "contact_blocked"
        await ada.send(guest.conversation, "please stop", "a")
        await visitor.next("event", topic=topic, seq=4)
        await apart(within(shop, lambda: unblock(contact=contact, who=who, now=NOW)))
        await ada.next("event", topic="desk", kind="contact.unblocked.v1")
        await visitor.send(guest.conversation, "sorry", "4")
        answer = await visitor.next("ack", id="4")
        assert answer["seq"] == 5
    assert "contact.blocked" not in str(visitor.heard)


async def test_a_merge_sends_nobody_away(
    server: Server, shop: Shop, guest: Guest, agent: Member, desk_ticket: str
) -> None:
    who, other = Who(kind="member", id=agent.person_id, label="Ada"), shop_guest(shop)
    one, two = guest.actor.id, (await apart(other)).actor.id
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=desk_ticket)
        await ada.subscribe("desk")
        await visitor.hello(ticket=guest_ticket(shop, guest))
        await visitor.subscribe(f"conversation:{guest.conversation}")
        for number, act in enumerate(
            [lambda: merge(contact=one, into=two, who=who, now=NOW), lambda: unmerge(contact=one, who=who, now=NOW)]
        ):
            await apart(within(shop, act))
            kind = ("contact.united.v1", "contact.parted.v1")[number]
            told = await ada.next("event", topic="desk", kind=kind)
            assert told["body"]["members"] == [str(one)]
            await visitor.send(guest.conversation, "still here", f"v{number}")
            await visitor.next("ack", id=f"v{number}", seq=3 + number)
    assert {frame["type"] for frame in visitor.heard} <= {"welcome", "subscribed", "event", "ack", "pong"}


def shop_guest(shop: Shop) -> Callable[[], Guest]:
    return lambda: shop.welcome(text="elsewhere")
