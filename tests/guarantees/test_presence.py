"""Presence over real processes: killed, stopped and continued, given a wrong clock, told to end; two servers and more.

Each watches from a server that lives on. What takes long is what is promised to end: a lease, and a grace.
"""

import asyncio
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from conversations.engine import log
from conversations.engine.events import Audience
from conversations.engine.streams import stream_of
from conversations.presence.streams import subject_of_member
from tenants.context import TenantRef, tenant_context
from tenants.members.member import Member
from tenants.presence.statements import GRACE_S, LEASE_S
from tests.conftest import ClientFor, MakeMember
from tests.guarantees.storm.machines import Clock, find_faketime
from tests.peer import Peer, apart
from tests.serving import Server, Worker

pytestmark = pytest.mark.asyncio
PROMISED_S: Final = 45
HOUR: Final = 3_600

Ticket = Callable[[Member], str]


@pytest.fixture
def ticket(tenant: TenantRef, client_for: ClientFor) -> Ticket:
    """Answer a ticket as a member's page would get it."""

    def fetch(member: Member) -> str:
        client = client_for(tenant, member)
        answer = client.post("/api/v1/live-tickets", {}, content_type="application/json")
        return str(answer.json()["ticket"])

    return fetch


@pytest.fixture
def people(tenant: TenantRef, make_member: MakeMember) -> list[Member]:
    return [make_member(tenant, name=name) for name in ("Ada", "Ben", "Cleo")]


def history(tenant: TenantRef, member: Member) -> list[str]:
    stream = stream_of(subject=subject_of_member(member=member.person_id), audience=Audience.STAFF)
    with tenant_context(tenant):
        return [event.body["state"] for event in log.read_stream(stream=stream, after=0)]


async def come(peer: Peer, member: Member, ticket: Ticket) -> None:
    await peer.hello(ticket=await apart(lambda: ticket(member)))
    await peer.present(member.person_id)


async def watch(peer: Peer, member: Member, ticket: Ticket) -> None:
    """Come, and listen to everybody's states from now on."""
    await come(peer, member, ticket)
    await peer.subscribe("presence")
    await peer.next("presences")


async def begin(number: int, database: str, *, env: dict[str, str] | None = None) -> list[Server]:
    starting = (asyncio.to_thread(partial(Server, dsn=database, env=env or {})) for _ in range(number))
    return list(await asyncio.gather(*starting))


async def test_killed_and_stopped(database: str, tenant: TenantRef, people: list[Member], ticket: Ticket) -> None:
    ada, ben, cleo = people
    killed, stopped, living = await begin(3, database)
    with killed, stopped, living:
        async with (
            Peer(port=killed.port, tenant=tenant) as one,
            Peer(port=stopped.port, tenant=tenant) as two,
            Peer(port=living.port, tenant=tenant) as witness,
        ):
            await watch(witness, cleo, ticket)
            for peer, member in ((one, ada), (two, ben)):
                await come(peer, member, ticket)
                await witness.next("presence", member=str(member.person_id), state="online")
            began = time.monotonic()
            stopped.popen.send_signal(signal.SIGSTOP)
            killed.kill()
            try:
                for member in (ada, ben):
                    await witness.next("presence", member=str(member.person_id), state="offline", within_s=PROMISED_S)
                assert time.monotonic() - began < PROMISED_S
            finally:
                stopped.popen.send_signal(signal.SIGCONT)
            await witness.next("presence", member=str(ben.person_id), state="online", within_s=20)
            assert (await two.ping())["type"] == "pong", "the socket has lived through it"
            await two.say(type="presence", state="busy")
            await witness.next("presence", member=str(ben.person_id), state="busy")
    assert await apart(lambda: history(tenant, ada)) == ["online", "offline"]
    assert (await apart(lambda: history(tenant, ben)))[:4] == ["online", "offline", "online", "busy"]
    assert "offline" not in await apart(lambda: history(tenant, cleo)), "who lives on is not touched by it"


async def test_a_worker_alone_notices(database: str, tenant: TenantRef, people: list[Member], ticket: Ticket) -> None:
    ada = people[0]
    (killed,) = await begin(1, database)
    with killed, Worker(dsn=database):
        async with Peer(port=killed.port, tenant=tenant) as peer:
            await come(peer, ada, ticket)
            killed.kill()
        async with asyncio.timeout(PROMISED_S):
            while await apart(lambda: history(tenant, ada)) != ["online", "offline"]:  # noqa: ASYNC110 - a worker tells nobody
                await asyncio.sleep(0.2)


async def test_a_server_that_ends_hands_its_people_over(
    database: str, tenant: TenantRef, people: list[Member], ticket: Ticket
) -> None:
    ada, ben, cleo = people
    ending, living = await begin(2, database)
    with ending, living:
        async with Peer(port=living.port, tenant=tenant) as witness:
            await watch(witness, cleo, ticket)
            async with Peer(port=ending.port, tenant=tenant) as peer, Peer(port=ending.port, tenant=tenant) as other:
                resume = (await peer.hello(ticket=await apart(lambda: ticket(ada))))["resume"]
                await peer.present(ada.person_id)
                await come(other, ben, ticket)
                ending.terminate()
                assert await peer.closed(within_s=20) == 1012
            assert await asyncio.to_thread(ending.popen.wait, 20) in {0, -signal.SIGTERM}
            ended = time.monotonic()
            async with Peer(port=living.port, tenant=tenant) as again:
                await again.hello(resume=resume)
                # Who does not come back is missed after the grace, not at once; who did never flickered.
                await witness.next("presence", member=str(ben.person_id), state="offline", within_s=GRACE_S + 15)
                assert time.monotonic() - ended > GRACE_S / 2
                assert await apart(lambda: history(tenant, ada)) == ["online"]
    assert await apart(lambda: history(tenant, ben)) == ["online", "offline"]


@pytest.mark.skipif(find_faketime() is None, reason="libfaketime is not installed (apt-get install libfaketime)")
@pytest.mark.parametrize("jump_s", [HOUR, -HOUR], ids=["forward", "back"])
async def test_a_process_with_a_wrong_clock_harms_nobody(
    database: str, tenant: TenantRef, people: list[Member], ticket: Ticket, tmp_path: Path, jump_s: int
) -> None:
    ada, _, cleo = people
    clock = Clock(file=tmp_path / "clock")
    (wrong,), (living,) = await asyncio.gather(begin(1, database, env=clock.env), begin(1, database))
    with wrong, living:
        async with Peer(port=wrong.port, tenant=tenant) as peer, Peer(port=living.port, tenant=tenant) as witness:
            await watch(witness, cleo, ticket)
            await come(peer, ada, ticket)
            clock.jump(jump_s)
            await asyncio.sleep(LEASE_S + 6)
            await peer.say(type="presence", state="busy")
            change = await witness.next("presence", member=str(ada.person_id), state="busy", within_s=20)
            assert change["since"][:13] in {
                time.strftime("%Y-%m-%dT%H", time.gmtime(time.time() + s)) for s in (0, -60)
            }
    for member in (ada, cleo):
        first, *more = await apart(partial(history, tenant, member))
        assert first == "online"
        assert "offline" not in more[:1]
