"""A chat over real sockets: what is sent, acked, replayed, read and typed, and what is refused."""

import asyncio
import json
from typing import Final
from uuid import UUID

import pytest

from conversations.engine.streams import new_subject
from conversations.threads.events import ConversationResolved, MessagePosted
from conversations.threads.models import ConversationRow
from conversations.threads.queries import get_conversation
from tenants.context import tenant_context
from tenants.members.member import Member
from tests.apps.live.conftest import Ticket, guest_ticket
from tests.conftest import MakeMember
from tests.peer import Peer, apart
from tests.serving import Server
from tests.shop import Guest, Shop

pytestmark = pytest.mark.asyncio


@pytest.fixture
def agent(shop: Shop, make_member: MakeMember) -> Member:
    return make_member(shop.tenant, name="Ada")


@pytest.fixture
def tickets(shop: Shop, agent: Member, guest: Guest, member_ticket: Ticket) -> tuple[str, str]:
    """One for the agent, one for the visitor."""
    return member_ticket(shop.tenant, agent), guest_ticket(shop, guest)


def peer(server: Server, shop: Shop) -> Peer:
    return Peer(port=server.port, tenant=shop.tenant)


async def test_a_chat(server: Server, shop: Shop, guest: Guest, agent: Member, tickets: tuple[str, str]) -> None:
    topic, staff = f"conversation:{guest.conversation}", f"staff:{guest.conversation}"
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=tickets[0])
        await ada.present(agent.person_id)
        await visitor.hello(ticket=tickets[1])
        desk = await ada.subscribe("desk")
        assert desk["head"] == 3
        await visitor.subscribe(topic, 0)
        await ada.subscribe(topic, 1)
        await visitor.send(guest.conversation, "云 😀", "v-1")
        ack = await visitor.next("ack")
        assert (ack["id"], ack["conversation"], ack["seq"]) == ("v-1", str(guest.conversation), 3)
        seen = await ada.next("event", topic=topic, seq=3)
        assert seen["body"] == {"author": "contact", "name": guest.actor.name, "text": "云 😀", "files": []}
        assert (seen["id"], seen["sender"], seen["position"]) == ("v-1", str(guest.actor.id), 4)
        assert seen["at"] == ack["at"]
        await ada.send(guest.conversation, "hello there", "a-1")
        await ada.next("ack", id="a-1", seq=4)
        heard = await visitor.next("event", topic=topic, seq=4)
        assert heard["body"]["author"] == "member"
        assert heard.keys() == {"type", "topic", "seq", "kind", "at", "id", "body"}
        await ada.next("event", topic="desk", seq=4, audience="public")
        await ada.next("mark", position=5)
        assert (await ada.ping())["heads"] == {"desk": 5, topic: 4}
        assert staff not in str(visitor.heard)
    assert [frame["seq"] for frame in visitor.events(topic)] == [1, 2, 3, 4]
    assert [frame["seq"] for frame in ada.events(topic)] == [2, 3, 4]
    assert [frame["position"] for frame in ada.events("desk")] == [4, 5]


async def test_subscribe_after_n_replays_what_follows(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    topic = f"conversation:{guest.conversation}"
    asked = [MessagePosted(author="contact", name="#", text=str(n)) for n in range(250)]
    await apart(lambda: shop.write(guest.conversation, asked))
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        for after in (0, 1, 100, 251, 252, 9999):
            visitor.heard.clear()
            assert (await visitor.subscribe(topic, after))["head"] == 252
            if after < 252:
                await visitor.next("event", seq=252)
            await visitor.ping()
            assert [frame["seq"] for frame in visitor.events(topic)] == list(range(after + 1, 253))
        visitor.heard.clear()
        await visitor.subscribe(topic)
        await visitor.send(guest.conversation, "new", "1")
        await visitor.next("ack")
        await visitor.next("event", seq=253)
        assert [frame["seq"] for frame in visitor.events(topic)] == [253], "without `after` it is from now on"


async def test_a_long_history_of_long_messages_is_replayed(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    long = [MessagePosted(author="contact", name="#", text="云" * 8000)] * 150
    await apart(lambda: shop.write(guest.conversation, long))
    async with peer(server, shop) as ada:
        await ada.hello(ticket=tickets[0])
        topic = f"conversation:{guest.conversation}"
        await ada.subscribe(topic, 0)
        await ada.subscribe("desk", 0)
        await ada.next("event", topic=topic, seq=152, within_s=20)
        await ada.next("event", topic="desk", seq=152, within_s=20)
        assert [frame["seq"] for frame in ada.events(topic)] == list(range(1, 153))
        assert [frame["position"] for frame in ada.events("desk")] == list(range(1, 153))


async def test_sent_again_it_is_once(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    topic = f"conversation:{guest.conversation}"
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        await visitor.subscribe(topic, 0)
        for _ in range(3):
            await visitor.send(guest.conversation, "once", "same")
        first, *others = [await visitor.next("ack") for _ in range(3)]
        assert others == [first, first]
        await visitor.send(guest.conversation, "other", "same")
        assert await visitor.error(id="same") == "conflict"
        await visitor.next("event", seq=3)
        await visitor.ping()
    assert [frame["body"]["text"] for frame in visitor.events(topic) if "text" in frame["body"]] == ["hello", "once"]


async def test_the_same_id_of_two_people_is_two_messages(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        for one, ticket in ((ada, tickets[0]), (visitor, tickets[1])):
            await one.hello(ticket=ticket)
            await one.send(guest.conversation, "x", "same")
        assert {(await one.next("ack"))["seq"] for one in (ada, visitor)} == {3, 4}


async def test_many_at_once_stay_in_order(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    count, topic = 600, f"conversation:{guest.conversation}"
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=tickets[0])
        await visitor.hello(ticket=tickets[1])
        await ada.subscribe(topic, 2)
        for n in range(count):
            await visitor.send(guest.conversation, str(n), f"id-{n}")
        await ada.next("event", seq=count + 2, within_s=30)
        await visitor.next("ack", id=f"id-{count - 1}")
    assert [frame["body"]["text"] for frame in ada.events(topic)] == [str(n) for n in range(count)]
    acks = [frame for frame in visitor.heard if frame["type"] == "ack"]
    assert [(frame["id"], frame["seq"]) for frame in acks] == [(f"id-{n}", n + 3) for n in range(count)]


async def test_what_is_refused(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    stranger = await apart(lambda: shop.welcome(text="mine"))
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        for conversation in (stranger.conversation, new_subject(), UUID(int=guest.conversation.int | 1), UUID(int=0)):
            await visitor.send(conversation, "x", "id-1")
            assert await visitor.error(id="id-1") == "not_found"
            await visitor.say(type="subscribe", topic=f"conversation:{conversation}", after=0)
            assert await visitor.error() in {"not_found", "unknown_topic"}
            await visitor.say(type="typing", conversation=conversation)
            assert await visitor.error() == "not_found"
            await visitor.say(type="read", conversation=conversation, seq=1)
            assert await visitor.error() == "not_allowed"
        for topic in ("x", "", "desk ", f"conversation:{str(guest.conversation).upper()}", f"x:{guest.conversation}"):
            await visitor.say(type="subscribe", topic=topic)
            assert await visitor.error(topic=topic) == "unknown_topic"
        await visitor.say(type="send", id="f", conversation=guest.conversation, text="x", files=["a"])
        assert await visitor.error(id="f") == "files_unsupported"
        await visitor.say(type="presence", state="online")
        assert await visitor.error() == "not_allowed"


async def test_a_viewer_watches_and_says_nothing(
    server: Server, shop: Shop, guest: Guest, make_member: MakeMember, member_ticket: Ticket
) -> None:
    topic = f"conversation:{guest.conversation}"

    def come() -> str:
        return member_ticket(shop.tenant, make_member(shop.tenant, role="viewer"))

    async with peer(server, shop) as viewer:
        await viewer.hello(ticket=await apart(come))
        await viewer.subscribe(topic, 0)
        await viewer.subscribe(f"staff:{guest.conversation}", 0)
        await viewer.subscribe("desk", 0)
        await viewer.next("event", topic="desk", seq=2)
        await viewer.send(guest.conversation, "x", "1")
        assert await viewer.error(id="1") == "not_allowed"
        await viewer.say(type="typing", conversation=guest.conversation)
        assert await viewer.error() == "not_allowed"
        await viewer.say(type="read", conversation=guest.conversation, seq=2)
        await viewer.ping()
    with_row = await apart(lambda: row(shop, guest))
    assert (with_row.member_read_seq, with_row.unread) == (0, 1), "a look of a viewer is no reading"


def row(shop: Shop, guest: Guest) -> ConversationRow:
    with tenant_context(shop.tenant):
        return get_conversation(conversation=guest.conversation)


async def test_read_marks(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    topic = f"conversation:{guest.conversation}"
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=tickets[0])
        await visitor.hello(ticket=tickets[1])
        await visitor.subscribe(topic, 0)
        await ada.subscribe(topic, 0)
        await ada.next("event", seq=2)
        await ada.say(type="read", conversation=guest.conversation, seq=3)
        assert await ada.error() == "not_allowed", "nobody has read what was not sent yet"
        await ada.say(type="read", conversation=guest.conversation, seq=1)
        marks = [await visitor.next("event", kind="conversation.read.v1")]
        for seq in (2, 1):
            await ada.say(type="read", conversation=guest.conversation, seq=seq)
        marks.append(await visitor.next("event", kind="conversation.read.v1"))
        assert [mark["body"] for mark in marks] == [{"by": "member", "seq": 1}, {"by": "member", "seq": 2}]
        assert "sender" not in marks[0]
        assert "id" not in marks[0]
    found = await apart(lambda: row(shop, guest))
    assert (found.member_read_seq, found.unread, found.contact_read_seq) == (2, 0, 0)


async def test_a_read_mark_survives_leaving_at_once(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    async with peer(server, shop) as ada:
        await ada.hello(ticket=tickets[0])
        await ada.subscribe(f"conversation:{guest.conversation}", 0)
        await ada.next("event", seq=2)
        for seq in (1, 2):
            await ada.say(type="read", conversation=guest.conversation, seq=seq)
        await ada.ping()
    for _ in range(50):
        found = await apart(lambda: row(shop, guest))
        if found.member_read_seq == 2:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the mark was lost")


async def test_typing(
    server: Server,
    shop: Shop,
    guest: Guest,
    agent: Member,
    tickets: tuple[str, str],
    make_member: MakeMember,
    member_ticket: Ticket,
) -> None:
    topic = f"conversation:{guest.conversation}"
    colleague = await apart(lambda: member_ticket(shop.tenant, make_member(shop.tenant, name="Ben")))
    async with peer(server, shop) as ada, peer(server, shop) as visitor, peer(server, shop) as ben:
        await ada.hello(ticket=tickets[0])
        await visitor.hello(ticket=tickets[1])
        await ben.hello(ticket=colleague)
        for one in (ada, visitor):
            await one.subscribe(topic, 0)
        for one in (ada, ben):
            await one.subscribe("desk")
        await ada.say(type="typing", conversation=guest.conversation)
        sign = await visitor.next("typing")
        assert sign == {
            "type": "typing",
            "conversation": str(guest.conversation),
            "who": {"kind": "member", "name": "Ada"},
        }
        await visitor.say(type="typing", conversation=guest.conversation)
        assert (await ada.next("typing"))["who"] == {"kind": "contact", "name": guest.actor.name}
        for one in (ada, visitor, ben):
            await one.ping()
        assert not [frame for frame in ben.heard if frame["type"] == "typing"], "who does not look is not told"
        assert [frame["who"]["kind"] for frame in ada.heard if frame["type"] == "typing"] == ["contact"]


async def test_unsubscribed_is_silent(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    topic = f"conversation:{guest.conversation}"
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        await visitor.subscribe(topic, 2)
        await visitor.say(type="unsubscribe", topic=topic)
        await visitor.say(type="unsubscribe", topic="nothing")
        await visitor.send(guest.conversation, "x", "1")
        await visitor.next("ack")
        assert (await visitor.ping())["heads"] == {}
        assert visitor.events(topic) == []
        await visitor.subscribe(topic, 2)
        await visitor.next("event", seq=3)


async def test_subscribed_twice_is_once(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    topic = f"conversation:{guest.conversation}"
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        await visitor.subscribe(topic)
        await visitor.subscribe(topic)
        await visitor.send(guest.conversation, "x", "1")
        await visitor.next("event", seq=3)
        await visitor.ping()
        assert [frame["seq"] for frame in visitor.events(topic)] == [3]


async def test_a_visitor_writes_into_what_is_resolved(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    await apart(lambda: shop.write(guest.conversation, [ConversationResolved()]))
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        await visitor.send(guest.conversation, "one more thing", "1")
        await visitor.next("ack", seq=4)


NONSENSE: Final[list[str | bytes]] = [
    "",
    "null",
    "[" * 20_000,
    '{"type":"send","id":"n","conversation":"%s","text":"\\u0000"}',
    '{"type":"send","id":"n","conversation":"%s","text":"\\ud800"}',
    '{"type":"send","id":"n","conversation":"%s","text":"  "}',
    '{"type":"read","conversation":"%s","seq":' + "9" * 4000 + "}",
    '{"type":"read","conversation":"%s","seq":NaN}',
    '{"type":"subscribe","topic":"desk","after":1e999}',
    '{"type":"nope"}',
    b"\x00\xff",
    "x" * 70_000,
]


async def test_nonsense_gets_an_answer_and_nothing_else(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    before = await apart(lambda: shop.read(guest.conversation))
    async with peer(server, shop) as visitor:
        await visitor.hello(ticket=tickets[1])
        for said in NONSENSE:
            await visitor.socket.send(said.replace("%s", str(guest.conversation)) if isinstance(said, str) else said)
        codes = [await visitor.error() for _ in NONSENSE]
        assert codes == [*["malformed"] * 9, "unknown_type", "not_text", "too_large"]
        await visitor.send(guest.conversation, "still here", "ok")
        await visitor.next("ack", id="ok")
    details = {json.dumps(frame["detail"]) for frame in visitor.heard if frame["type"] == "error"}
    assert len(details) == 4
    assert len(await apart(lambda: shop.read(guest.conversation))) == len(before) + 1


async def test_who_leaves_in_the_middle_leaves_nothing_behind(
    server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]
) -> None:
    async with peer(server, shop) as visitor:
        resume = (await visitor.hello(ticket=tickets[1]))["resume"]
        await visitor.subscribe(f"conversation:{guest.conversation}", 0)
        for n in range(50):
            await visitor.send(guest.conversation, str(n), f"id-{n}")
        visitor.socket.transport.abort()
    async with peer(server, shop) as visitor:
        await visitor.hello(resume=resume)
        for n in range(50):
            await visitor.send(guest.conversation, str(n), f"id-{n}")
        await visitor.next("ack", id="id-49")
    texts = [event.body.get("text") for event in await apart(lambda: shop.read(guest.conversation))]
    assert sorted(texts[2:], key=str) == sorted(map(str, range(50)))


async def test_an_answer_to_one_message(server: Server, shop: Shop, guest: Guest, tickets: tuple[str, str]) -> None:
    topic = f"conversation:{guest.conversation}"
    async with peer(server, shop) as ada, peer(server, shop) as visitor:
        await ada.hello(ticket=tickets[0])
        await visitor.hello(ticket=tickets[1])
        await visitor.subscribe(topic, 2)
        said = {"type": "send", "conversation": str(guest.conversation), "text": "this one", "files": []}
        await ada.say(**said, id="a-1", reply_to=2)
        await ada.next("ack", id="a-1", seq=3)
        heard = await visitor.next("event", topic=topic, seq=3)
        assert heard["body"]["reply_to"] == 2
        await visitor.say(**said, id="v-1", reply_to=3)
        await visitor.next("ack", id="v-1", seq=4)
        await visitor.say(**said, id="v-2", reply_to=None)
        await visitor.next("ack", id="v-2", seq=5)
        for number, seq in enumerate((1, 99)):
            await visitor.say(**said, id=f"w-{number}", reply_to=seq)
            refused = await visitor.next("error", id=f"w-{number}")
            assert refused["code"] == "nothing_to_answer"
        await visitor.say(**said, id="x", reply_to=0)
        assert (await visitor.next("error"))["code"] == "malformed"
