"""Sockets under a domain of the company's own, and under an address that it had before."""

import secrets
from datetime import UTC, datetime

import pytest
from websockets.exceptions import InvalidStatus

from tenants.context import TenantRef, platform_context, tenant_context
from tenants.domains.models import Domain
from tenants.members.member import Member
from tenants.ports import say_tenant_changed
from tenants.provisioning.renaming import change_company
from tests.apps.live.conftest import guest_ticket
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

NOW = datetime.now(UTC)

pytestmark = pytest.mark.asyncio


@pytest.fixture
def domain() -> str:
    return f"chat-{secrets.token_hex(4)}.example.net"


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="owner", name="Olivia")


def claim(tenant: TenantRef, name: str, *, is_proved: bool) -> None:
    with platform_context():
        proof = {"state": "verified", "verified_at": NOW} if is_proved else {"state": "pending"}
        Domain.objects.create(tenant_id=tenant.id, name=name, token="t", claimed_at=NOW, **proof)
        say_tenant_changed(tenant=tenant)


async def is_refused(server: Server, tenant: TenantRef, host: str, origin: str | None = None) -> bool:
    try:
        async with Peer(port=server.port, tenant=tenant, host=host, origin=origin):
            return False
    except InvalidStatus as error:
        return error.response.status_code == 403


async def test_a_desk_under_a_proved_domain(
    server: Server, shop: Shop, guest: Guest, owner: Member, client_for: ClientFor, domain: str
) -> None:
    """A page of the domain opens its socket there; what is said is heard under the platform's address, too."""
    host = f"{domain}:{server.port}"
    origin, topic = f"http://{host}", f"conversation:{guest.conversation}"

    def fetch() -> str:
        claim(shop.tenant, domain, is_proved=True)
        headers, json = {"host": host, "origin": origin}, "application/json"
        answer = client_for(shop.tenant, owner).post("/api/v1/live-tickets", {}, content_type=json, headers=headers)
        return str(answer.json()["ticket"])

    ticket = await apart(fetch)
    async with (
        Peer(port=server.port, tenant=shop.tenant, host=domain, origin=origin) as desk,
        Peer(port=server.port, tenant=shop.tenant) as visitor,
    ):
        assert (await desk.hello(ticket=ticket))["type"] == "welcome"
        await visitor.hello(ticket=guest_ticket(shop, guest))
        await visitor.subscribe(topic, 0)
        await desk.subscribe(topic, 0)
        await desk.send(guest.conversation, "under our own name", "a-1")
        seen = await visitor.next("event", topic=topic, seq=3)
        assert seen["body"]["text"] == "under our own name"
        await visitor.send(guest.conversation, "hello there", "v-1")
        await desk.next("event", topic=topic, seq=4)


async def test_a_page_of_another_host_opens_none_there(
    server: Server, shop: Shop, make_tenant: MakeTenant, domain: str
) -> None:
    other = await apart(make_tenant)
    await apart(lambda: claim(shop.tenant, domain, is_proved=True))
    for origin in (
        f"http://{other.slug}.localhost:{server.port}",
        f"http://{shop.tenant.slug}.localhost:{server.port}",
    ):
        assert await is_refused(server, shop.tenant, domain, origin)


async def test_a_domain_opens_for_its_own_company_and_once_it_is_proved(
    server: Server, shop: Shop, guest: Guest, make_tenant: MakeTenant, domain: str
) -> None:
    other = await apart(make_tenant)
    await apart(lambda: claim(shop.tenant, domain, is_proved=False))
    assert await is_refused(server, shop.tenant, domain)
    theirs = f"x-{domain}"
    await apart(lambda: claim(other, theirs, is_proved=True))
    async with Peer(port=server.port, tenant=shop.tenant, host=theirs) as peer:
        await peer.say(type="hello", ticket=guest_ticket(shop, guest))
        assert await peer.error() == "not_signed_in"


async def test_the_chat_goes_on_under_the_old_address(server: Server, shop: Shop, guest: Guest, owner: Member) -> None:
    """Its page is of that address, and so are its tickets: what it hears is what the new address hears."""
    old, slug = shop.tenant.slug, f"new-{shop.tenant.slug[2:]}"

    def move() -> None:
        with tenant_context(shop.tenant):
            change_company(by=owner, slug=slug, now=NOW)

    await apart(move)
    origin, topic = f"http://{old}.localhost:{server.port}", f"conversation:{guest.conversation}"
    async with (
        Peer(port=server.port, tenant=shop.tenant, host=f"{old}.localhost", origin=origin) as visitor,
        Peer(port=server.port, tenant=shop.tenant, host=f"{slug}.localhost") as same,
    ):
        await visitor.hello(ticket=guest_ticket(shop, guest, origin=origin))
        await same.hello(ticket=guest_ticket(shop, guest))
        await same.subscribe(topic, 2)
        await visitor.send(guest.conversation, "still here", "v-1")
        await visitor.next("ack", id="v-1")
        assert (await same.next("event", topic=topic, seq=3))["body"]["text"] == "still here"
