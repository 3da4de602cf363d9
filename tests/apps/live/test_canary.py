"""A visitor gets nothing of the staff's side, nor of anybody else's, on any path: a canary over everything received."""

import asyncio
import json
from typing import Any

import pytest
from django.test import Client

from conversations.threads import commands
from conversations.threads.actors import of_member
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.apps.live.conftest import Ticket, guest_ticket
from tests.apps.threads.test_commands import NOW
from tests.conftest import ClientFor, MakeMember, MakeTenant
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

CANARY = "canary-4f1e"
NOTE, NAME = f"{CANARY}-note", f"{CANARY}-name"


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name=NAME)


@pytest.fixture
def stranger(shop: Shop) -> Guest:
    """Another visitor of the same shop."""
    return shop.welcome(text=f"{CANARY}-stranger")


def behind_the_counter(shop: Shop, guest: Guest, agent: Member) -> None:
    """Do everything that only staff may see."""
    actor = of_member(member=agent)
    with tenant_context(shop.tenant):
        commands.take(conversation=guest.conversation, actor=actor, now=NOW)
        for n in range(3):
            commands.add_note(
                conversation=guest.conversation, actor=actor, text=f"{NOTE} {n}", client_id=f"{CANARY}-{n}", now=NOW
            )
        commands.assign(conversation=guest.conversation, actor=actor, to=None, now=NOW)


def check(visitor: Peer, agent: Member, guest: Guest) -> None:
    """Find nothing of the staff's stream, of colleagues, or of the tenant's order in all that was heard."""
    heard = [dict(frame) for frame in visitor.heard]
    for frame in heard:
        if frame["type"] == "error":
            frame.pop("topic", None)  # the visitor's own word, said back
    everything = json.dumps(heard, ensure_ascii=False)
    for secret in (CANARY, str(agent.person_id), "staff", "assigned", "note.posted", "position", "desk"):
        assert secret not in everything, secret
    allowed = {"welcome", "subscribed", "event", "ack", "error", "pong", "typing"}
    assert {frame["type"] for frame in heard} <= allowed
    assert {frame["topic"] for frame in heard if "topic" in frame} <= {f"conversation:{guest.conversation}"}


@pytest.fixture
def ticket(shop: Shop, agent: Member, member_ticket: Ticket) -> str:
    return member_ticket(shop.tenant, agent)


@pytest.mark.asyncio
async def test_over_the_socket(
    server: Server, shop: Shop, guest: Guest, agent: Member, stranger: Guest, ticket: str
) -> None:
    topic = f"conversation:{guest.conversation}"
    async with Peer(port=server.port, tenant=shop.tenant) as visitor, Peer(port=server.port, tenant=shop.tenant) as ada:
        await ada.hello(ticket=ticket)
        await ada.subscribe("desk")
        await ada.subscribe(f"staff:{guest.conversation}", 0)
        resume = (await visitor.hello(ticket=guest_ticket(shop, guest)))["resume"]
        await visitor.subscribe(topic, 0)
        await apart(lambda: behind_the_counter(shop, guest, agent))
        await ada.next("event", topic="desk", kind="note.posted.v1", seq=4)
        await ada.say(type="presence", state="busy")
        await ada.say(type="typing", conversation=stranger.conversation)
        await ada.send(stranger.conversation, f"{CANARY} to the stranger", "s-1")
        await ada.next("ack")
        for said in (
            {"type": "subscribe", "topic": "desk", "after": 0},
            {"type": "subscribe", "topic": f"staff:{guest.conversation}", "after": 0},
            {"type": "subscribe", "topic": f"conversation:{stranger.conversation}", "after": 0},
            {"type": "subscribe", "topic": f"staff:{stranger.conversation}", "after": 0},
            {"type": "send", "id": "x", "conversation": str(stranger.conversation), "text": "x"},
            {"type": "typing", "conversation": str(stranger.conversation)},
            {"type": "read", "conversation": str(stranger.conversation), "seq": 1},
        ):
            await visitor.say(**said)
            assert await visitor.error() in {"not_found", "not_allowed"}
        await visitor.say(type="unsubscribe", topic=topic)
        await visitor.subscribe(topic, 0)
        await visitor.ping()
    async with Peer(port=server.port, tenant=shop.tenant) as again:
        await again.hello(resume=resume)
        await again.subscribe(topic, 0)
        await again.next("event", seq=2)
        await again.ping()
        for one in (visitor, again):
            check(one, agent, guest)


@pytest.mark.asyncio
async def test_what_does_not_exist_and_what_is_not_theirs_sound_the_same(
    server: Server, shop: Shop, guest: Guest, stranger: Guest, make_tenant: MakeTenant
) -> None:
    elsewhere = await apart(lambda: Shop(tenant=make_tenant()))
    far = await apart(lambda: elsewhere.welcome(text="x"))
    nobody = "01900000-0000-7000-8000-000000000000"
    heard: list[list[str]] = []
    async with Peer(port=server.port, tenant=shop.tenant) as visitor:
        await visitor.hello(ticket=guest_ticket(shop, guest))
        for conversation in (nobody, str(stranger.conversation), str(far.conversation)):
            said: list[str] = []
            for frame in (
                {"type": "subscribe", "topic": f"conversation:{conversation}", "after": 0},
                {"type": "subscribe", "topic": f"staff:{conversation}", "after": 0},
                {"type": "send", "id": "x", "conversation": conversation, "text": "x"},
                {"type": "typing", "conversation": conversation},
                {"type": "read", "conversation": conversation, "seq": 1},
            ):
                await visitor.say(**frame)
                said.append(json.dumps(await visitor.next("error")).replace(conversation, "ID"))
            heard.append(said)
    assert heard[0] == heard[1] == heard[2]


@pytest.mark.asyncio
async def test_a_member_of_another_tenant_hears_nothing(
    server: Server, shop: Shop, guest: Guest, make_tenant: MakeTenant, make_member: MakeMember, member_ticket: Ticket
) -> None:
    elsewhere = await apart(lambda: Shop(tenant=make_tenant()))
    theirs = await apart(lambda: member_ticket(elsewhere.tenant, make_member(elsewhere.tenant, role="owner")))
    async with (
        Peer(port=server.port, tenant=elsewhere.tenant) as spy,
        Peer(port=server.port, tenant=shop.tenant) as visitor,
    ):
        await spy.hello(ticket=theirs)
        await spy.subscribe("desk", 0)
        await visitor.hello(ticket=guest_ticket(shop, guest))
        for kind in ("conversation", "staff"):
            await spy.say(type="subscribe", topic=f"{kind}:{guest.conversation}", after=0)
            assert await spy.error() == "not_found"
        await spy.send(guest.conversation, "x", "x")
        assert await spy.error() == "not_found"
        await visitor.send(guest.conversation, CANARY, "1")
        await visitor.next("ack")
        await visitor.say(type="typing", conversation=guest.conversation)
        await visitor.ping()
        await asyncio.sleep(0.3)
        await spy.ping()
        assert CANARY not in json.dumps(spy.heard)
        assert {frame["type"] for frame in spy.heard} == {"welcome", "subscribed", "mark", "error", "pong"}


def test_over_rest(shop: Shop, guest: Guest, agent: Member, stranger: Guest, client_for: ClientFor) -> None:
    behind_the_counter(shop, guest, agent)
    browser = client_for(shop.tenant)
    answers = [*everything_a_visitor_may_call(browser, shop, guest), *everything_else(browser, guest, stranger)]
    text = "\n".join(answer.content.decode() for answer in answers)
    for secret in (CANARY, str(agent.person_id), str(stranger.conversation)):
        assert secret not in text
    assert [answer.status_code for answer in answers[3:]] == [401] * len(answers[3:])


def everything_a_visitor_may_call(browser: Client, shop: Shop, guest: Guest) -> list[Any]:
    def post(path: str, body: object) -> Any:
        return browser.post(path, body, content_type="application/json", headers=guest.headers)

    return [
        post("/api/v1/visitors", {"inbox": shop.inbox}),
        post("/api/v1/visitors/conversation", {}),
        post("/api/v1/live-tickets", {}),
    ]


def everything_else(browser: Client, guest: Guest, stranger: Guest) -> list[Any]:
    calls: list[tuple[str, str]] = []
    for conversation in (guest.conversation, stranger.conversation):
        path = f"/api/v1/conversations/{conversation}"
        commands_ = ("take", "assign", "notes", "resolve", "reopen")
        calls += [("get", path), *[("post", f"{path}/{command}") for command in commands_]]
    calls += [("get", f"/api/v1/{path}") for path in ("conversations", "inboxes", "members", "me")]
    return [
        browser.post(path, {}, content_type="application/json", headers=guest.headers)
        if method == "post"
        else browser.get(path, headers=guest.headers)
        for method, path in calls
    ]
