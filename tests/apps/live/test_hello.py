"""Who gets in: tickets and resume tokens, each for its tenant, its origin and its time; everybody else is told why."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from websockets.exceptions import InvalidStatus

from conversations.live.server import MOST_HELLOS
from conversations.live.tickets import RESUME_S, TICKET_S, issue_pass, sign_resume, sign_ticket
from tenants.context import TenantRef
from tenants.members.member import Member
from tests.apps.live.conftest import Ticket, guest_ticket
from tests.conftest import MakeMember, MakeTenant
from tests.peer import Peer
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio


@contextmanager
def earlier(by: timedelta) -> Iterator[None]:
    """Sign as if it were earlier."""
    then = time.time() - by.total_seconds()
    with patch("django.core.signing.time.time", return_value=then):
        yield


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Ada")


@pytest.fixture
def ticket(shop: Shop, agent: Member, member_ticket: Ticket) -> str:
    return member_ticket(shop.tenant, agent)


async def turned_away(server: Server, tenant: TenantRef, said: Any, *, within_s: float = 5) -> tuple[str, int | None]:
    """Say something first; answer the error's code and the close code."""
    async with Peer(port=server.port, tenant=tenant) as peer:
        if said is not None:
            await peer.socket.send(said if isinstance(said, str | bytes) else json.dumps(said))
        code = await peer.closed(within_s=within_s)
        assert [frame["type"] for frame in peer.heard] == ["error"]
        return peer.heard[0]["code"], code


async def test_a_member_is_welcome(server: Server, shop: Shop, agent: Member, ticket: str) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        welcome = await peer.hello(ticket=ticket)
    assert welcome.keys() == {"type", "session", "resume", "limits", "me"}
    assert welcome["me"] == {"kind": "member", "id": str(agent.person_id), "name": "Ada"}
    assert welcome["limits"] == {"frame_bytes": 65_536, "text_chars": 8_000, "outstanding": 256}


async def test_a_visitor_is_welcome(server: Server, shop: Shop, guest: Guest) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        welcome = await peer.hello(ticket=guest_ticket(shop, guest))
    assert welcome["me"] == {"kind": "contact", "id": str(guest.actor.id), "name": guest.actor.name}


async def test_a_ticket_is_used_once(server: Server, shop: Shop, ticket: str) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        await peer.hello(ticket=ticket)
    assert await turned_away(server, shop.tenant, {"type": "hello", "ticket": ticket}) == ("not_signed_in", 4001)


async def test_a_ticket_used_twice_at_once_lets_one_in(server: Server, shop: Shop, ticket: str) -> None:
    async def come() -> str:
        async with Peer(port=server.port, tenant=shop.tenant) as peer:
            await peer.say(type="hello", ticket=ticket)
            async with asyncio.timeout(10):
                while not peer.heard:  # noqa: ASYNC110 # whichever comes first
                    await asyncio.sleep(0.01)
            return str(peer.heard[0]["type"])

    assert sorted(await asyncio.gather(*(come() for _ in range(4)))) == ["error", "error", "error", "welcome"]


async def test_a_resume_token_is_used_again(server: Server, shop: Shop, ticket: str) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        resume = (await peer.hello(ticket=ticket))["resume"]
    for _ in range(2):
        async with Peer(port=server.port, tenant=shop.tenant) as peer:
            resume = (await peer.hello(resume=resume))["resume"]
            await peer.subscribe("desk")


async def test_a_visitor_resumes_as_themselves(server: Server, shop: Shop, guest: Guest) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        resume = (await peer.hello(ticket=guest_ticket(shop, guest)))["resume"]
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        assert (await peer.hello(resume=resume))["me"]["id"] == str(guest.actor.id)


async def test_tickets_that_let_nobody_in(
    server: Server, shop: Shop, guest: Guest, make_tenant: MakeTenant, ticket: str
) -> None:
    other = await asyncio.to_thread(make_tenant)
    mine = issue_pass(tenant=shop.tenant, actor=guest.actor, origin="")
    with earlier(timedelta(seconds=TICKET_S + 1)):
        late = sign_ticket(pass_=mine)
    with earlier(timedelta(seconds=RESUME_S + 1)):
        too_late = sign_resume(pass_=mine)
    elsewhere = sign_ticket(pass_=issue_pass(tenant=other, actor=guest.actor, origin=""))
    embedded = guest_ticket(shop, guest, origin="https://elsewhere.test")
    for said in (
        {"ticket": late},
        {"resume": too_late},
        {"ticket": elsewhere},
        {"ticket": embedded},
        {"ticket": sign_resume(pass_=mine)},
        {"resume": sign_ticket(pass_=mine)},
        {"ticket": ticket[:-1] + ("A" if ticket[-1] != "A" else "B")},
        {"ticket": "x"},
        {"ticket": ""},
        {"ticket": ":::"},
        {"ticket": "云\x00"},
        {"ticket": guest_ticket(shop, guest), "resume": sign_resume(pass_=mine)},
        {},
    ):
        assert await turned_away(server, shop.tenant, {"type": "hello", **said}) == ("not_signed_in", 4001)


async def test_a_visitor_of_another_tenant_cannot_resume_here(
    server: Server, shop: Shop, guest: Guest, make_tenant: MakeTenant
) -> None:
    """Not even with a token that says so: the contact must be there."""
    other = await asyncio.to_thread(make_tenant)
    forged = sign_resume(pass_=issue_pass(tenant=other, actor=guest.actor, origin=""))
    assert await turned_away(server, other, {"type": "hello", "resume": forged}) == ("not_signed_in", 4001)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"type": "ping"}, "hello_first"),
        ({"type": "subscribe", "topic": "desk"}, "hello_first"),
        ("", "malformed"),
        ("[" * 4000, "malformed"),
        ({"type": "hello", "ticket": "x", "more": 1}, "malformed"),
        ({"type": "hullo"}, "unknown_type"),
        (b"\x00\x01", "not_text"),
        (b"\xff", "not_text"),
        ({"type": "hello", "ticket": "x" * 4097}, "too_large"),
        ("x" * 100_000, "too_large"),
    ],
)
async def test_what_is_no_hello(server: Server, tenant: TenantRef, said: Any, code: str) -> None:
    assert await turned_away(server, tenant, said) == (code, 4001)


async def test_who_says_nothing(server: Server, tenant: TenantRef) -> None:
    assert await turned_away(server, tenant, None, within_s=8) == ("hello_first", 4001)


async def test_who_leaves_before_hello(server: Server, tenant: TenantRef) -> None:
    for _ in range(3):
        async with Peer(port=server.port, tenant=tenant):
            pass
    assert await turned_away(server, tenant, "") == ("malformed", 4001)


async def test_hello_again(server: Server, shop: Shop, ticket: str) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as peer:
        await peer.hello(ticket=ticket)
        await peer.say(type="hello", ticket=ticket)
        assert await peer.error() == "not_allowed"
        await peer.ping()


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "http://localhost", "http://{}.localhost.evil.test"])
async def test_a_page_of_another_origin_is_refused_before_anything(
    server: Server, tenant: TenantRef, origin: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with Peer(port=server.port, tenant=tenant, origin=origin.format(tenant.slug)):
            pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("host", ["nobody.localhost", "localhost", "127.0.0.1", "{}.evil.test"])
async def test_a_host_of_nobody_is_refused_before_anything(server: Server, tenant: TenantRef, host: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with Peer(port=server.port, tenant=tenant, host=host.format(tenant.slug)):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_page_gets_in_with_its_own_ticket(server: Server, shop: Shop, guest: Guest) -> None:
    origin = f"http://{shop.tenant.slug}.localhost:{server.port}"
    bound = guest_ticket(shop, guest, origin=origin)
    async with Peer(port=server.port, tenant=shop.tenant, origin=origin) as peer:
        await peer.hello(ticket=bound)
    async with Peer(port=server.port, tenant=shop.tenant, origin=origin) as peer:
        await peer.say(type="hello", ticket=guest_ticket(shop, guest))
        assert await peer.error() == "not_signed_in"


async def test_who_comes_when_too_many_come_is_told_when_to_try_again(
    database: str, server: Server, shop: Shop, guest: Guest
) -> None:
    """All of one company's: another one's find room."""
    async with AsyncExitStack() as stack:
        most = MOST_HELLOS // 2
        peers = [await stack.enter_async_context(Peer(port=server.port, tenant=shop.tenant)) for _ in range(most + 1)]
        with psycopg.connect(database) as other:
            other.execute("LOCK TABLE public.live_nonces")
            for peer in peers:
                await peer.say(type="hello", ticket=guest_ticket(shop, guest))
            late = peers[-1]
            assert await late.error() == "busy"
            assert 1_000 <= (await late.next("closing", reason="busy"))["retry_after_ms"] <= 5_000
            assert await late.closed() == 1012
        for peer in peers[:-1]:
            await peer.next("welcome")
