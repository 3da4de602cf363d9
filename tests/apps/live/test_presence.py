"""Colleagues' states over real sockets: a snapshot, then every change, and one's own choice."""

import asyncio
from typing import Any

import pytest
from django.test import Client

from tenants.members.member import Member
from tenants.provisioning.suspension import suspend
from tests.apps.live.conftest import Ticket, guest_ticket
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.peer import Peer, apart
from tests.rows import NOW
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Ada")


@pytest.fixture
def colleague(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Ben", role="viewer")


@pytest.fixture
def tickets(shop: Shop, agent: Member, colleague: Member, member_ticket: Ticket) -> tuple[str, str]:
    return member_ticket(shop.tenant, agent), member_ticket(shop.tenant, colleague)


def peer(server: Server, shop: Shop) -> Peer:
    return Peer(port=server.port, tenant=shop.tenant)


async def look(on: Peer) -> dict[str, str]:
    """Subscribe anew; answer the snapshot's states."""
    await on.subscribe("presence")
    frame = await on.next("presences")
    assert frame["more"] is False
    return {row["member"]: row["state"] for row in frame["members"]}


async def test_a_snapshot_and_then_every_change(
    server: Server, shop: Shop, agent: Member, colleague: Member, tickets: tuple[str, str]
) -> None:
    ada_id, ben_id = str(agent.person_id), str(colleague.person_id)
    async with peer(server, shop) as ben:
        await ben.hello(ticket=tickets[1])
        await ben.present(colleague.person_id)
        assert await look(ben) == {ben_id: "online"}
        async with peer(server, shop) as ada:
            await ada.hello(ticket=tickets[0])
            await ben.next("presence", member=ada_id, state="online")
            await ada.say(type="presence", state="busy")
            change = await ben.next("presence", member=ada_id, state="busy")
            assert change.keys() == {"type", "member", "state", "since", "position"}
            assert await look(ada) == {ada_id: "busy", ben_id: "online"}
            await ada.say(type="presence", state="wrap_up")
            for one in (ada, ben):
                await one.next("presence", member=ada_id, state="wrap_up")
            heads = (await ben.ping())["heads"]
            assert heads["presence"] == ben.heard[-2]["position"]
            await ada.say(type="presence", state="offline")
            await ben.next("presence", member=ada_id, state="offline")
            assert await look(ben) == {ben_id: "online"}, "who is offline is left out"


async def test_a_state_is_the_persons_on_every_socket_and_over_rest(
    server: Server, shop: Shop, agent: Member, tickets: tuple[str, str], client_for: ClientFor
) -> None:
    browser: Client = await apart(lambda: client_for(shop.tenant, agent))

    def put(state: str) -> Any:
        return browser.put("/api/v1/me/presence", {"state": state}, content_type="application/json").json()

    async with peer(server, shop) as one, peer(server, shop) as two:
        resume = (await one.hello(ticket=tickets[0]))["resume"]
        await one.present(agent.person_id)
        await two.hello(resume=resume)
        for each in (one, two):
            await look(each)
        assert (await apart(lambda: put("away")))["state"] == "away"
        for each in (one, two):
            await each.next("presence", state="away")
        await two.say(type="presence", state="busy")
        await one.next("presence", state="busy")
        assert (await apart(lambda: browser.get("/api/v1/me/presence").json()))["chosen"] == "busy"


async def test_what_does_not_fit_is_refused(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=tickets[0])
        await visitor.hello(ticket=guest_ticket(shop, guest))
        await ada.say(type="presence", state="away", reason="no-such")
        assert await ada.error() == "invalid"
        await ada.say(type="presence", state="away")
        assert await ada.error() == "too_fast"
        for frame in ({"state": "asleep"}, {"state": "away", "reason": "../x"}, {}):
            await ada.say(type="presence", **frame)
            assert await ada.error() == "malformed"
        await visitor.say(type="presence", state="away")
        assert await visitor.error() == "not_allowed"
        await visitor.say(type="subscribe", topic="presence")
        assert await visitor.error(topic="presence") == "not_found"


async def test_nothing_crosses(
    server: Server,
    shop: Shop,
    agent: Member,
    tickets: tuple[str, str],
    make_tenant: MakeTenant,
    make_member: MakeMember,
    member_ticket: Ticket,
) -> None:
    there = await apart(lambda: Shop(tenant=make_tenant()))
    spy = await apart(lambda: make_member(there.tenant, role="owner"))
    ticket = await apart(lambda: member_ticket(there.tenant, spy))
    async with peer(server, shop) as ada, peer(server, there) as other:
        await other.hello(ticket=ticket)
        await other.present(spy.person_id)
        await look(other)
        await ada.hello(ticket=tickets[0])
        await ada.present(agent.person_id)
        await ada.say(type="presence", state="busy")
        await look(ada)
        await asyncio.sleep(0.3)
        await other.ping()
        assert str(agent.person_id) not in str(other.heard)
        assert [frame for frame in other.heard if frame["type"] == "presence" and frame["state"] == "busy"] == []


async def test_a_closed_company_takes_no_choice(server: Server, shop: Shop, tickets: tuple[str, str]) -> None:
    async with peer(server, shop) as ada:
        await ada.hello(ticket=tickets[0])
        await apart(lambda: suspend(slug=shop.tenant.slug, reason="No.", now=NOW))
        await ada.say(type="presence", state="busy")
        assert await ada.error() == "suspended"
        await look(ada)
