"""The matrix over sockets: reach x conversation x topic, what is lost and gained while one looks, and names masked."""

import json
import time
from functools import partial
from typing import Final

import pytest

from conversations.engine.streams import new_subject
from conversations.live.topics import NEEDED
from tests.apps.live.conftest import Ticket
from tests.apps.reach.conftest import AGENT, REACHES, SEEN, Hire, House
from tests.conftest import ClientFor
from tests.peer import Peer, apart
from tests.serving import Server

pytestmark = pytest.mark.asyncio
WITHIN_S: Final = 5.0
# What each topic of the tenant's own shows of conversations; a new topic has to be entered here.
WIDE: Final = {"desk": True, "events": True, "tickets": False, "presence": False}


@pytest.fixture(params=REACHES)
def reach(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ticket(house: House, hire: Hire, member_ticket: Ticket, reach: str) -> str:
    return member_ticket(house.shop.tenant, hire(*AGENT, *REACHES[reach], me=house.me))


@pytest.fixture
def own(house: House, hire: Hire, member_ticket: Ticket) -> str:
    return member_ticket(house.shop.tenant, hire(*AGENT, me=house.me))


async def test_every_topic_is_in_the_matrix() -> None:
    assert {topic.name for topic in NEEDED} == set(WIDE)


async def test_topics_of_conversations(server: Server, house: House, ticket: str, reach: str) -> None:
    async with Peer(port=server.port, tenant=house.shop.tenant) as ada:
        await ada.hello(ticket=ticket)
        await ada.say(type="subscribe", topic=f"conversation:{(nowhere := new_subject())}")
        unknown = await ada.next("error", topic=f"conversation:{nowhere}")
        for name, guest in house.guests.items():
            for kind in ("conversation", "staff"):
                topic = f"{kind}:{guest.conversation}"
                await ada.say(type="subscribe", topic=topic, after=0)
                if reach == "all" or reach in SEEN[name]:
                    await ada.next("subscribed", topic=topic)
                    if kind == "conversation":
                        await ada.next("event", topic=topic, seq=1)
                else:
                    assert await ada.next("error", topic=topic) == {**unknown, "topic": topic}
            await ada.send(guest.conversation, "hi", f"a-{name}")
            if reach == "all" or reach in SEEN[name]:
                await ada.next("ack", id=f"a-{name}")
            else:
                assert await ada.error(id=f"a-{name}") == unknown["code"]


@pytest.mark.parametrize("topic", ["desk", "events"])
async def test_wide_topics_replay_and_live(
    server: Server,
    house: House,
    ticket: str,
    reach: str,
    topic: str,
) -> None:
    seen = {name for name, who in SEEN.items() if reach == "all" or reach in who}
    async with Peer(port=server.port, tenant=house.shop.tenant) as ada:
        await ada.hello(ticket=ticket)
        await ada.subscribe(topic, 0)
        for name, guest in house.guests.items():
            await apart(partial(house.shop.say, guest.conversation, guest.actor, f"new {name}"))
        await apart(lambda: house.shop.say(house.guests["mine"].conversation, house.guests["mine"].actor, "last"))
        while not any(event["body"].get("text") == "last" for event in ada.events(topic)):
            await ada.next("event", topic=topic)
        texts = {event["body"].get("text") for event in ada.events(topic)}
        assert {text for text in texts if text and text.startswith("new")} == {f"new {name}" for name in seen}
        assert house.names({event["conversation"] for event in ada.events(topic)}) == seen
        positions = [event["position"] for event in ada.events(topic)]
        assert positions == sorted(set(positions))


async def test_what_is_lost_falls_silent_and_what_is_gained_is_seen(
    server: Server,
    house: House,
    own: str,
) -> None:
    mine, far = house.guests["mine"], house.guests["far"]
    topic = f"conversation:{mine.conversation}"
    async with Peer(port=server.port, tenant=house.shop.tenant) as ada:
        await ada.hello(ticket=own)
        await ada.subscribe("desk")
        await ada.subscribe(topic)
        began = time.monotonic()
        await apart(lambda: house.assign("mine", house.stranger))
        assert await ada.error(topic=topic) == "not_found"
        assert time.monotonic() - began < WITHIN_S
        await apart(lambda: house.shop.say(mine.conversation, mine.actor, "secret"))
        await apart(lambda: house.assign("far", house.me))
        await ada.next("event", topic="desk", kind="conversation.assigned.v1", conversation=str(far.conversation))
        await apart(lambda: house.shop.say(far.conversation, far.actor, "for you"))
        await ada.next("event", topic="desk", kind="message.posted.v1", conversation=str(far.conversation))
        await ada.subscribe(f"conversation:{far.conversation}", 0)
        await ada.send(mine.conversation, "still there?", "a-1")
        assert await ada.error(id="a-1") == "not_found"
        assert "secret" not in json.dumps(ada.heard)


async def test_resuming_shows_no_more(server: Server, house: House, own: str) -> None:
    async with Peer(port=server.port, tenant=house.shop.tenant) as ada:
        resume = (await ada.hello(ticket=own))["resume"]
    await apart(lambda: house.assign("mine", house.stranger))
    async with Peer(port=server.port, tenant=house.shop.tenant) as ada:
        await ada.hello(resume=resume)
        topic = f"conversation:{house.guests['mine'].conversation}"
        await ada.say(type="subscribe", topic=topic, after=0)
        assert await ada.error(topic=topic) == "not_found"
        await ada.subscribe("desk", 0)
        await ada.next("mark")
        assert house.names({event["conversation"] for event in ada.events("desk")}) == {"named"}


async def test_names_are_masked_on_sockets(
    server: Server,
    house: House,
    hire: Hire,
    client_for: ClientFor,
    member_ticket: Ticket,
) -> None:
    masked = set(AGENT) - {"contacts.personal"}
    ticket = await apart(lambda: member_ticket(house.shop.tenant, hire(*masked, "conversations.all", me=house.me)))
    guest = house.guests["mine"]
    async with Peer(port=server.port, tenant=house.shop.tenant) as ada:
        await ada.hello(ticket=ticket)
        for topic in ("desk", "events", f"conversation:{guest.conversation}", f"staff:{guest.conversation}"):
            await ada.subscribe(topic, 0)
            await ada.next("event", topic=topic, kind="message.posted.v1") if not topic.startswith("staff") else None
        heard = json.dumps(ada.heard)
        assert "I am mine" not in heard
        assert guest.actor.name not in heard
