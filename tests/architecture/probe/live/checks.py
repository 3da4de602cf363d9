"""The checks over sockets: foreign tickets, foreign topics, and what is heard while both companies are busy."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from conversations.threads import commands
from conversations.threads.actors import of_member
from tenants.context import tenant_context
from tests.architecture.probe.checks import Leak, refuse
from tests.architecture.probe.classes import Id
from tests.architecture.probe.live.bus import Overheard
from tests.architecture.probe.live.log import reading_log
from tests.architecture.probe.live.resting import rest
from tests.architecture.probe.mirror.company import JSON, Company
from tests.architecture.probe.mirror.ids import subject
from tests.architecture.probe.mirror.rows import UUID, find_ids
from tests.architecture.probe.rest.checks import unchanged
from tests.peer import Frame, Peer, apart

LISTENING: Final = ("owner", "program", "visitor")
# What a visitor may be told of an event; anything else of it is the staff's.
VISITORS: Final = frozenset({"type", "topic", "seq", "kind", "at", "body", "id"})


def ticket_for(company: Company, who: str) -> str:
    """Fetch a ticket as the owner, as who works in both companies, as a program, or as a visitor."""
    if who == "visitor":
        client = company.anybody(**company.guests[0].headers)
    elif who == "program":
        client = company.program()
    else:
        client = company.browser(company.both if who == "both" else company.owner)
    answer = client.post("/api/v1/live-tickets", {}, content_type=JSON)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["ticket"])


def spoil(signed: str) -> str:
    """Answer a signed text that never was."""
    return signed[:-4] + ("AAAA" if signed[-4:] != "AAAA" else "BBBB")


async def greet(port: int, company: Company, **said: str) -> tuple[list[Frame], int | None]:
    """Say hello on the company's host; answer what is heard until a welcome or the end."""
    async with Peer(port=port, tenant=company.tenant) as peer:
        await peer.say(type="hello", **said)
        for _ in range(1000):
            if peer.heard or peer.is_over:
                break
            await asyncio.sleep(0.01)
        if peer.heard and peer.heard[0]["type"] == "welcome":
            return peer.heard, None
        return peer.heard, await peer.closed()


async def check_tickets(ours: Company, theirs: Company, port: int) -> int:
    """Tickets and resume tokens of ours on their host are made-up ones there, and each ticket is used once."""
    count = 0
    for who in ("owner", "both", "program", "visitor"):
        ticket = await apart(partial(ticket_for, ours, who))
        refused = await greet(port, theirs, ticket=spoil(ticket))
        if (heard := await greet(port, theirs, ticket=ticket)) != refused:
            raise Leak(f"a ticket of our {who} on their host: {heard}, not {refused}")
        welcome = (await greet(port, ours, ticket=ticket))[0][0]
        if welcome["type"] != "welcome" or welcome["me"]["id"] not in json.dumps(welcome):
            raise Leak(f"a ticket of our {who} is refused at home: {welcome}")
        if (heard := await greet(port, ours, ticket=ticket)) != refused:
            raise Leak(f"a ticket of our {who}, used again: {heard}, not {refused}")
        resume = welcome["resume"]
        if (heard := await greet(port, theirs, resume=resume)) != await greet(port, theirs, resume=spoil(resume)):
            raise Leak(f"a resume token of our {who} on their host: {heard}")
        if (await greet(port, ours, resume=resume))[0][0]["type"] != "welcome":
            raise Leak(f"a resume token of our {who} is refused at home")
        count += 4
    return count


FRAMES: Final[tuple[Callable[[str], Frame], ...]] = (
    lambda id_: {"type": "subscribe", "topic": f"conversation:{id_}", "after": 0},
    lambda id_: {"type": "subscribe", "topic": f"staff:{id_}", "after": 0},
    lambda id_: {"type": "unsubscribe", "topic": f"conversation:{id_}"},
    lambda id_: {"type": "send", "id": "probe", "conversation": id_, "text": "probe"},
    lambda id_: {"type": "read", "conversation": id_, "seq": 1},
    lambda id_: {"type": "typing", "conversation": id_},
)


async def check_topics(ours: Company, theirs: Company, port: int) -> int:
    """Every frame with a conversation of theirs is answered like one that never was, and does nothing there."""
    foreign, count = theirs.own[Id.CONVERSATION], 0
    holder = await apart(partial(_Held, theirs))
    for who in ("owner", "program", "visitor"):
        ticket = await apart(partial(ticket_for, ours, who))
        async with Peer(port=port, tenant=ours.tenant) as peer:
            await peer.hello(ticket=ticket)
            # For a visitor the conversation of another visitor is as foreign as one of another company.
            strange = [foreign] + ([str(ours.guests[1].conversation)] if who == "visitor" else [])
            for make, one in [(make, one) for make in FRAMES for one in strange]:
                answers = []
                for id_ in (one, subject()):
                    heard = await _hear(peer, make(id_))
                    answers.append(json.dumps(heard).replace(id_, "SAID"))
                    refuse(theirs.mark in answers[-1], f"{make(id_)['type']} by our {who} is answered {answers[-1]}")
                if answers[0] != answers[1]:
                    raise Leak(f"{make('')['type']} by our {who}: {answers}")
                count += 1
    await apart(holder.check)
    return count


class _Held:
    """Rows of the other company, compared across awaits."""

    def __init__(self, company: Company) -> None:
        self._guard = unchanged(company)
        self._guard.__enter__()

    def check(self) -> None:
        self._guard.__exit__(None, None, None)


async def _hear(peer: Peer, frame: Frame) -> list[Frame]:
    """Say a frame and answer everything that is heard before the pong that follows it."""
    before = len(peer.heard)
    await peer.say(**frame)
    await peer.ping()
    return [one for one in peer.heard[before:] if one["type"] != "pong"]


async def check_hearing(ours: Company, theirs: Company, port: int) -> int:
    """While both are busy, nobody hears of the other; visitors hear nothing of the staff's; the bus carries no more."""
    tickets = {
        (company.mark, who): await apart(partial(ticket_for, company, who))
        for company in (ours, theirs)
        for who in LISTENING
    }
    async with AsyncExitStack() as stack:
        overheard = await stack.enter_async_context(Overheard())
        written = stack.enter_context(reading_log())
        peers: dict[tuple[str, str], Peer] = {}
        for company in (ours, theirs):
            for who in LISTENING:
                peer = await stack.enter_async_context(Peer(port=port, tenant=company.tenant))
                await peer.hello(ticket=tickets[company.mark, who])
                peers[company.mark, who] = peer
                await _listen(peer, company, who)
        for company in (ours, theirs):
            await _be_busy(peers[company.mark, "owner"], peers[company.mark, "visitor"], company)
        for peer in peers.values():
            await peer.ping()
        await asyncio.sleep(0.3)
        for one, other in ((ours, theirs), (theirs, ours)):
            secrets = await apart(partial(find_ids, company=other))
            for who in LISTENING:
                _judge(peers[one.mark, who], who, other, secrets)
        overheard.check(ours, theirs)
        refuse([line for line in written if "speaks" in line or "whispers" in line], "the process's log says")
        return sum(len(peer.heard) for peer in peers.values())


async def _listen(peer: Peer, company: Company, who: str) -> None:
    if who == "program":
        await peer.subscribe("events", 0)
        return
    conversation = company.guests[0].conversation
    own = ["desk", "tickets", "presence", f"staff:{conversation}"] if who == "owner" else []
    for topic in [f"conversation:{conversation}", *own]:
        await peer.subscribe(topic, 0)


async def _be_busy(owner: Peer, visitor: Peer, company: Company) -> None:
    guest, mark = company.guests[0], company.mark

    def behind() -> None:
        actor = of_member(member=company.owner)
        with tenant_context(company.tenant):
            commands.add_note(
                conversation=guest.conversation,
                actor=actor,
                text=f"{mark} whispers",
                client_id=f"n{len(owner.heard)}",
                now=datetime.now(UTC),
            )

    for n, peer in enumerate((owner, visitor)):
        await peer.say(type="typing", conversation=guest.conversation)
        await peer.send(guest.conversation, f"{mark} speaks", f"s{n}-{len(peer.heard)}")
        await peer.next("ack")
    for state in ("busy", "away"):  # whatever they were before, the last is news
        await owner.say(type="presence", state=state)
    await apart(behind)
    try:
        await owner.next("event", topic="desk", kind="note.posted.v1")
        await owner.next("presence", state="away")
    except TimeoutError:
        raise Leak("a member does not hear, or as somebody else does, what is said on the desk") from None


def _judge(peer: Peer, who: str, other: Company, secrets: frozenset[str]) -> None:
    text = json.dumps(peer.heard, ensure_ascii=False)
    refuse(other.mark in text, f"our {who} hears {other.mark}")
    refuse(sorted(set(UUID.findall(text)) & secrets), f"our {who} hears ids of the other company")
    if who != "visitor" and not any(frame["type"] == "event" for frame in peer.heard):
        raise Leak("nothing was heard at all")
    for frame in peer.heard:
        if frame["type"] == "event" and (who == "visitor") is ("position" in frame):
            raise Leak(f"what a visitor hears and what a member hears is mixed up: {frame}")
    for frame in peer.heard if who == "visitor" else ():
        if frame["type"] == "event":
            refuse(sorted(set(frame) - VISITORS), "a visitor hears what is the staff's")
        refuse(frame["type"] in {"mark", "presence", "presences"}, "a visitor hears of the desk")
        refuse(str(frame.get("topic", "")).startswith(("staff", "desk", "tickets")), "a visitor hears of the staff")


SOCKETS: Final[dict[str, Callable[[Company, Company, int], Coroutine[Any, Any, int]]]] = {
    "tickets": check_tickets,
    "topics": check_topics,
    "hearing": check_hearing,
}


def check_sockets(ours: Company, theirs: Company, port: int, *, only: str = "") -> int:
    """Run these checks; answer how much was compared."""
    count = 0
    for name, check in SOCKETS.items():
        if only in name:
            try:
                count += asyncio.run(check(ours, theirs, port))
            finally:
                rest(ours, theirs)
    return count
