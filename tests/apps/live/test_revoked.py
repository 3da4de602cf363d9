"""Who may not come in any more is out within five seconds: signed out, no longer a member, another password or role."""

import time
from collections.abc import Callable

import pytest
from django.test import Client

from tenants.context import platform_context
from tenants.members.member import Member
from tenants.models import Membership, Person
from tests.conftest import PASSWORD, ClientFor, MakeMember
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio
OUT_WITHIN_S = 5.0


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant)


@pytest.fixture
def browser(shop: Shop, agent: Member, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, agent)


@pytest.fixture
def ticket(browser: Client) -> str:
    answer = browser.post("/api/v1/live-tickets", {}, content_type="application/json")
    return str(answer.json()["ticket"])


def sign_out(browser: Client, _: Member) -> None:
    assert browser.delete("/api/v1/session").status_code == 204


def deactivate_membership(_: Client, agent: Member) -> None:
    with platform_context():
        Membership.objects.filter(id=agent.membership_id).update(is_active=False)


def deactivate_person(_: Client, agent: Member) -> None:
    with platform_context():
        Person.objects.filter(id=agent.person_id).update(is_active=False)


def demote(_: Client, agent: Member) -> None:
    with platform_context():
        Membership.objects.filter(id=agent.membership_id).update(role="viewer")


Revoke = Callable[[Client, Member], None]


@pytest.mark.parametrize("revoke", [sign_out, deactivate_membership, deactivate_person])
async def test_out_within_five_seconds(
    server: Server, shop: Shop, browser: Client, agent: Member, ticket: str, revoke: Revoke
) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as ada:
        resume = (await ada.hello(ticket=ticket))["resume"]
        await ada.subscribe("desk")
        began = time.monotonic()
        await apart(lambda: revoke(browser, agent))
        assert await ada.closed(within_s=10) == 4001
        assert time.monotonic() - began < OUT_WITHIN_S
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.say(type="hello", resume=resume)
        assert await again.closed() == 4001


async def test_another_role_comes_in_anew(
    server: Server, shop: Shop, guest: Guest, browser: Client, agent: Member, ticket: str
) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as ada:
        resume = (await ada.hello(ticket=ticket))["resume"]
        await apart(lambda: demote(browser, agent))
        assert (await ada.next("closing"))["reason"] == "changed"
        assert await ada.closed() == 1012
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.hello(resume=resume)
        await again.subscribe("desk")
        await again.send(guest.conversation, "x", "1")
        assert await again.error(id="1") == "not_allowed"


def change_password(browser: Client, _: Member) -> None:
    body = {"old": PASSWORD, "new": "staple 7 correct horse"}
    assert browser.post("/api/v1/me/password", body, content_type="application/json").status_code == 204


async def test_a_new_password_closes_the_other_sessions_sockets_and_not_this_ones(
    server: Server, shop: Shop, agent: Member, browser: Client, ticket: str, client_for: ClientFor
) -> None:
    elsewhere = await apart(lambda: client_for(shop.tenant, agent))
    other = await apart(lambda: elsewhere.post("/api/v1/live-tickets", {}, content_type="application/json").json())
    async with Peer(port=server.port, tenant=shop.tenant) as here, Peer(port=server.port, tenant=shop.tenant) as there:
        await here.hello(ticket=ticket)
        await there.hello(ticket=other["ticket"])
        began = time.monotonic()
        await apart(lambda: change_password(browser, agent))
        assert await there.closed() == 4001
        assert time.monotonic() - began < OUT_WITHIN_S
        await here.ping()


async def test_a_changed_role_of_the_companys_own_comes_in_anew(
    server: Server, shop: Shop, guest: Guest, make_member: MakeMember, client_for: ClientFor
) -> None:
    """The key stays; what it allows does not."""
    owner, helper = await apart(lambda: (make_member(shop.tenant, role="owner"), make_member(shop.tenant)))
    admin, browser = await apart(lambda: (client_for(shop.tenant, owner), client_for(shop.tenant, helper)))
    given = ["conversations.view", "conversations.all", "conversations.reply"]

    def put(path: str, method: str, **body: object) -> int:
        call = admin.post if method == "post" else admin.patch
        return call(f"/api/v1/{path}", body, content_type="application/json").status_code

    await apart(lambda: put("roles", "post", key="helper", name="Helper", permissions=given))
    await apart(lambda: put(f"members/{helper.person_id}", "patch", role="helper"))
    ticket = await apart(lambda: browser.post("/api/v1/live-tickets", {}, content_type="application/json").json())
    async with Peer(port=server.port, tenant=shop.tenant) as ada:
        resume = (await ada.hello(ticket=ticket["ticket"]))["resume"]
        await ada.send(guest.conversation, "I may", "1")
        await ada.next("ack", id="1")
        began = time.monotonic()
        assert await apart(lambda: put("roles/helper", "patch", revision=1, permissions=given[:2])) == 200
        assert (await ada.next("closing"))["reason"] == "changed"
        assert await ada.closed() == 1012
        assert time.monotonic() - began < OUT_WITHIN_S
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.hello(resume=resume)
        await again.send(guest.conversation, "I may not", "2")
        assert await again.error(id="2") == "not_allowed"


async def test_others_stay(
    server: Server, shop: Shop, agent: Member, browser: Client, ticket: str, client_for: ClientFor
) -> None:
    def other_ticket() -> str:
        answer = client_for(shop.tenant, agent).post("/api/v1/live-tickets", {}, content_type="application/json")
        return str(answer.json()["ticket"])

    other = await apart(other_ticket)
    async with Peer(port=server.port, tenant=shop.tenant) as one, Peer(port=server.port, tenant=shop.tenant) as two:
        await one.hello(ticket=ticket)
        await two.hello(ticket=other)
        await apart(lambda: sign_out(browser, agent))
        assert await one.closed() == 4001
        await two.ping()
