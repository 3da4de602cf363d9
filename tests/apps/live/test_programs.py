"""Programs come in by their key and hear the change feed: what they may see, from where they were, while it opens."""

import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import Mock, call
from uuid import uuid4

import pytest
from django.test import Client

from conversations.access.models import ApiKey
from conversations.live.programs import Programs
from conversations.threads.events import NotePosted
from tenants.context import TenantRef, platform_context, tenant_context
from tenants.members.member import Member
from tenants.models import Membership
from tests.conftest import ClientFor, MakeMember
from tests.peer import Frame, Peer, apart
from tests.rows import NOW
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio
JSON: Final = "application/json"
OUT_WITHIN_S: Final = 5.0


@pytest.fixture
def owner(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, role="owner")


class Partner:
    """A program with a key of its own."""

    def __init__(self, shop: Shop, owner: Client, client: Client, **said: Any) -> None:
        body = {"name": "Robot", "scopes": ["conversations.view", "personal:read", "notes:read"], **said}
        made = owner.post("/api/v1/keys", body, content_type=JSON).json()
        self.owner, self.key, self.client = owner, made["id"], client
        client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {made['secret']}"

    def ticket(self) -> str:
        answer = self.client.post("/api/v1/live-tickets", {}, content_type=JSON)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["ticket"])

    def feed(self, **asked: str) -> list[dict[str, Any]]:
        """Answer the feed as frames say it: what is null is left out."""
        results = self.client.get("/api/v1/events", asked).json()["results"]
        return [{name: value for name, value in event.items() if value is not None} for event in results]


MakePartner = Callable[..., Partner]


@pytest.fixture
def make_partner(shop: Shop, owner: Member, client_for: ClientFor) -> MakePartner:
    def make(**said: Any) -> Partner:
        return Partner(shop, client_for(shop.tenant, owner), client_for(shop.tenant), **said)

    return make


@pytest.fixture
def partner(make_partner: MakePartner) -> Partner:
    return make_partner()


def told(peer: Peer) -> list[Frame]:
    return [{n: v for n, v in frame.items() if n not in {"type", "topic"}} for frame in peer.events("events")]


async def listen(peer: Peer, ticket: str, **said: Any) -> Frame:
    welcome = await peer.hello(ticket=ticket)
    await peer.say(type="subscribe", topic="events", **said)
    await peer.next("subscribed", topic="events")
    return welcome


@pytest.mark.parametrize("scopes", [(), ("personal:read",), ("notes:read", "personal:read")])
async def test_it_hears_what_the_feed_says(
    server: Server, shop: Shop, guest: Guest, make_partner: MakePartner, scopes: tuple[str, ...]
) -> None:
    partner = await apart(lambda: make_partner(scopes=["conversations.view", *scopes]))
    note = [NotePosted(name="Ada", text="careful")]
    await apart(lambda: shop.write(guest.conversation, note))
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        welcome = await listen(robot, await apart(partner.ticket), after=0)
        assert (welcome["me"]["kind"], welcome["me"]["id"]) == ("key", partner.key)
        await apart(lambda: shop.say(guest.conversation, guest.actor, "one more"))
        await apart(lambda: shop.write(guest.conversation, note))
        last = await apart(lambda: shop.read_all()[-1].position)
        await (robot.next("event", position=last) if "notes:read" in scopes else robot.next("mark", position=last))
        assert told(robot) == await apart(partner.feed)
        assert (await robot.ping())["heads"] == {"events": last}


async def test_it_goes_on_where_it_was(server: Server, shop: Shop, guest: Guest, partner: Partner) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await listen(robot, await apart(partner.ticket), after=0)
        position = (await robot.next("event", kind="message.posted.v1"))["position"]
    await apart(lambda: [shop.say(guest.conversation, guest.actor, str(n)) for n in range(5)])
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await listen(robot, await apart(partner.ticket), after=position, kinds=["message.posted.v1", "note.posted.v1"])
        await apart(lambda: shop.say(guest.conversation, guest.actor, "live"))
        while (await robot.next("event"))["body"]["text"] != "live":
            pass
        assert [event["body"]["text"] for event in told(robot)] == [*map(str, range(5)), "live"]
        assert told(robot) == await apart(partial(partner.feed, after=str(position), kinds="message.posted.v1"))


async def test_what_was_cut_is_a_gap(server: Server, shop: Shop, guest: Guest, partner: Partner) -> None:
    await apart(lambda: [shop.say(guest.conversation, guest.actor, str(n)) for n in range(5)])
    head = await apart(lambda: shop.read_all()[-1].position)
    await apart(lambda: shop.cut(until=head - 2))
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await listen(robot, await apart(partner.ticket), after=1)
        assert await robot.next("gap") == {"type": "gap", "topic": "events", "from": 2, "to": head - 2}
        await robot.next("event", position=head)
        assert [event["position"] for event in told(robot)] == [head - 1, head]
    await apart(lambda: shop.cut(until=head))
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await listen(robot, await apart(partner.ticket), after=head - 1)
        assert (await robot.next("gap"))["to"] == head


async def test_it_hears_and_says_nothing_else(server: Server, shop: Shop, guest: Guest, partner: Partner) -> None:
    conversation = str(guest.conversation)
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await robot.hello(ticket=await apart(partner.ticket))
        for topic in ("desk", "presence", f"conversation:{conversation}", f"staff:{conversation}"):
            await robot.say(type="subscribe", topic=topic)
            assert await robot.error(topic=topic) == "not_allowed"
        await robot.send(conversation, "x", "1")
        assert await robot.error(id="1") == "not_allowed"
        for frame in ({"type": "typing"}, {"type": "read", "seq": 1}):
            await robot.say(**frame, conversation=conversation)
            assert await robot.error() == "not_allowed"
        await robot.say(type="presence", state="busy")
        assert await robot.error() == "not_allowed"
        await robot.say(type="subscribe", topic="events", kinds=["nothing.v1"])
        assert await robot.error(topic="events") == "unknown_kind"
    assert len(await apart(lambda: shop.read(guest.conversation))) == 2


async def test_members_hear_it_visitors_do_not(
    server: Server, shop: Shop, guest: Guest, owner: Member, client_for: ClientFor
) -> None:
    def ticket(client: Client) -> str:
        return str(client.post("/api/v1/live-tickets", {}, content_type=JSON).json()["ticket"])

    async with Peer(port=server.port, tenant=shop.tenant) as ada:
        await listen(ada, await apart(lambda: ticket(client_for(shop.tenant, owner))), after=0)
        assert (await ada.next("event", kind="message.posted.v1"))["body"]["text"] == "hello"
        await ada.say(type="subscribe", topic="desk", kinds=[])
        assert await ada.error(topic="desk") == "unknown_kind"
    async with Peer(port=server.port, tenant=shop.tenant) as visitor:
        client = await apart(lambda: client_for(shop.tenant))
        client.defaults["HTTP_AUTHORIZATION"] = guest.headers["authorization"]
        await visitor.hello(ticket=await apart(lambda: ticket(client)))
        await visitor.say(type="subscribe", topic="events", after=0)
        assert await visitor.error(topic="events") == "not_found"


async def test_the_scope_is_asked_for(shop: Shop, make_partner: MakePartner) -> None:
    partner = await apart(lambda: make_partner(scopes=["members.view"]))
    answer = await apart(lambda: partner.client.post("/api/v1/live-tickets", {}, content_type=JSON))
    assert (answer.status_code, answer.json()["detail"]) == (403, "This API key lacks the scope conversations.view.")


def revoke(partner: Partner, _: Member) -> None:
    assert partner.owner.delete(f"/api/v1/keys/{partner.key}").status_code == 204


def rotate(partner: Partner, _: Member) -> None:
    """Whoever has the secret before is out, at once."""
    answer = partner.owner.post(f"/api/v1/keys/{partner.key}/rotate", {"overlap_s": 0}, content_type=JSON)
    assert answer.status_code == 200


def leave(_: Partner, owner: Member) -> None:
    with platform_context():
        Membership.objects.filter(id=owner.membership_id).update(is_active=False)


def expire(partner: Partner, owner: Member) -> None:
    with platform_context():
        tenant = Membership.objects.select_related("tenant").get(id=owner.membership_id).tenant.ref
    with tenant_context(tenant):
        ApiKey.objects.filter(id=partner.key).update(expires_at=NOW)


@pytest.mark.parametrize("end", [revoke, rotate, leave, expire])
async def test_out_within_five_seconds(
    server: Server, shop: Shop, guest: Guest, owner: Member, partner: Partner, end: Callable[[Partner, Member], None]
) -> None:
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        resume = (await listen(robot, await apart(partner.ticket)))["resume"]
        began = time.monotonic()
        await apart(lambda: end(partner, owner))
        assert await robot.closed() == 4001
        assert time.monotonic() - began < OUT_WITHIN_S
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.say(type="hello", resume=resume)
        assert await again.closed() == 4001


async def test_who_answers_for_it_may_do_less(server: Server, shop: Shop, owner: Member, partner: Partner) -> None:
    def demote() -> None:
        with platform_context():
            Membership.objects.filter(id=owner.membership_id).update(role="viewer")

    wide = await apart(
        lambda: Partner(shop, partner.owner, partner.client, scopes=["conversations.view", "conversations.reply"])
    )
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        resume = (await listen(robot, await apart(wide.ticket)))["resume"]
        await apart(demote)
        assert (await robot.next("closing"))["reason"] == "changed"
        assert await robot.closed() == 1012
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.hello(resume=resume)
        await again.subscribe("events")


async def test_a_key_for_other_networks(server: Server, shop: Shop, make_partner: MakePartner) -> None:
    """Its ticket was fetched from one that it is good for; the socket comes from this machine."""
    partner = await apart(lambda: make_partner(networks=["10.0.0.0/8"]))
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await robot.say(type="hello", ticket=await apart(partner.ticket))
        assert await robot.closed() == 4001
    partner = await apart(lambda: make_partner(networks=["10.0.0.0/8", "127.0.0.1"]))
    async with Peer(port=server.port, tenant=shop.tenant) as robot:
        await robot.hello(ticket=await apart(partner.ticket))
        await robot.ping()


async def test_a_company_that_cannot_be_asked_keeps_no_others_keys_open() -> None:
    tenants = {name: TenantRef(id=uuid4(), schema=name, slug=name) for name in ("gone", "there")}

    class Gone:
        async def find_programs(self, *, tenant: Any, passes: list[object]) -> list[None]:
            if tenant.schema == "gone":
                raise ConnectionError
            return [None for _ in passes]

    def session(tenant: str) -> Any:
        return SimpleNamespace(tenant=tenants[tenant], actor=SimpleNamespace(kind="key"), pass_=tenant, outbox=Mock())

    sessions = [session("gone"), session("there")]
    gate: Any = Gone()
    await Programs(gate=gate).check(sessions=sessions)
    assert [one.outbox.close.mock_calls for one in sessions] == [[], [call(4001)]]
