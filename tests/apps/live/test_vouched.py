"""Who turned out to be somebody known, or is no longer let in, has no socket for long, and is told to come back."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.apps.webchat.conftest import bearing, come, converse
from tests.conftest import ClientFor, MakeMember
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop
from tests.site import Site

pytestmark = pytest.mark.asyncio
OUT_WITHIN_S = 5.0


@pytest.fixture
def browser(shop: Shop, client_for: ClientFor) -> Client:
    return client_for(shop.tenant)


@pytest.fixture
def site(shop: Shop) -> Site:
    return Site(tenant=shop.tenant, inbox=shop.inbox)


@pytest.fixture
def admin(shop: Shop, make_member: MakeMember, client_for: ClientFor) -> Client:
    return client_for(shop.tenant, make_member(shop.tenant, role="admin"))


def ticket(browser: Client, token: str) -> str:
    answer = browser.post("/api/v1/live-tickets", {}, content_type="application/json", headers=bearing(token))
    assert answer.status_code == 201, answer.content
    return str(answer.json()["ticket"])


async def test_both_sides_of_a_merging_come_back(
    server: Server, shop: Shop, site: Site, browser: Client, guest: Guest
) -> None:
    """The anonymous socket is out for good; the vouched one comes back by itself and finds the conversation."""

    def enter(token: str | None = None) -> Any:
        return come(browser, shop.inbox, identity=site.vouch("c-1"), token=token).json()

    elsewhere = await apart(enter)
    theirs = await apart(lambda: converse(browser, elsewhere["token"]).json()["id"])
    tickets = [await apart(lambda token=token: ticket(browser, token)) for token in (guest.token, elsewhere["token"])]  # type: ignore[misc] # mypy sees no type in a default
    async with Peer(port=server.port, tenant=shop.tenant) as here, Peer(port=server.port, tenant=shop.tenant) as there:
        resumes = [(await peer.hello(ticket=tickets[n]))["resume"] for n, peer in enumerate((here, there))]
        await here.subscribe(f"conversation:{guest.conversation}", after=0)
        await there.subscribe(f"conversation:{theirs}")
        await here.send(guest.conversation, "mine", "1")
        await here.next("ack", id="1")
        began = time.monotonic()
        met = await apart(lambda: enter(guest.token))
        for peer in (here, there):
            assert (await peer.next("closing"))["reason"] == "changed"
            assert await peer.closed() in {1012, 4001}
        assert time.monotonic() - began < OUT_WITHIN_S
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.say(type="hello", resume=resumes[0])
        assert await again.closed() == 4001
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.hello(resume=resumes[1])
        await again.subscribe(f"conversation:{met['conversation']}", after=0)
        assert (await again.next("event", kind="message.posted.v1", id="1"))["body"]["text"] == "mine"
        assert not [frame for frame in again.heard if "merged" in str(frame)], "it is the staff's word"


async def test_a_session_that_is_not_out_yet_can_do_nothing(
    server: Server, shop: Shop, site: Site, browser: Client, guest: Guest
) -> None:
    """Before it hears of the merging, the old access version stops it; the desk hears of it like of any event."""
    first = await apart(lambda: ticket(browser, guest.token))
    async with Peer(port=server.port, tenant=shop.tenant) as here:
        await here.hello(ticket=first)
        await here.send(guest.conversation, "before", "1")
        await here.next("ack", id="1")
        merging = apart(lambda: come(browser, shop.inbox, identity=site.vouch("c-1"), token=guest.token))
        assert (await merging).status_code == 201
        try:
            await here.send(guest.conversation, "after", "2")
            assert await here.error(id="2") == "not_found"
        except AssertionError:
            assert here.is_over, "out already"
    texts = await apart(lambda: [event.body.get("text") for event in shop.read(guest.conversation)])
    assert "before" in texts
    assert "after" not in texts


def retire(site: Site, shop: Shop, admin: Client, _browser: Client, _token: str) -> None:
    path = f"/api/v1/inboxes/{shop.inbox}/identity-secrets"
    (secret,) = admin.get(path).json()["results"]
    assert admin.delete(f"{path}/{secret['id']}").status_code == 204


def leave(_site: Site, _shop: Shop, _admin: Client, browser: Client, token: str) -> None:
    assert browser.delete("/api/v1/visitors/current", headers=bearing(token)).status_code == 204


End = Callable[[Site, Shop, Client, Client, str], None]


@pytest.mark.parametrize("end", [retire, leave])
async def test_out_when_nobody_vouches_any_more(
    server: Server, shop: Shop, site: Site, admin: Client, browser: Client, end: End
) -> None:
    token = (await apart(lambda: come(browser, shop.inbox, identity=site.vouch("c-1")))).json()["token"]
    first = await apart(lambda: ticket(browser, token))
    async with Peer(port=server.port, tenant=shop.tenant) as here:
        resume = (await here.hello(ticket=first))["resume"]
        began = time.monotonic()
        await apart(lambda: end(site, shop, admin, browser, token))
        assert await here.closed() == 4001
        assert time.monotonic() - began < OUT_WITHIN_S
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.say(type="hello", resume=resume)
        assert await again.closed() == 4001


async def test_anonymous_visitors_are_out_where_vouching_is_needed(
    server: Server, shop: Shop, site: Site, admin: Client, browser: Client, guest: Guest
) -> None:
    token = (await apart(lambda: come(browser, shop.inbox, identity=site.vouch("c-1")))).json()["token"]
    tickets = [await apart(lambda t=t: ticket(browser, t)) for t in (guest.token, token)]  # type: ignore[misc] # the same
    async with Peer(port=server.port, tenant=shop.tenant) as here, Peer(port=server.port, tenant=shop.tenant) as there:
        await here.hello(ticket=tickets[0])
        await there.hello(ticket=tickets[1])
        path = f"/api/v1/inboxes/{shop.inbox}"
        changes = {"require_vouching": True}
        await apart(lambda: admin.patch(path, changes, content_type="application/json"))
        assert await here.closed() == 4001
        await there.ping()
