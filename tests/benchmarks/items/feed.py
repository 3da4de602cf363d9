"""The change feed: how fast a program that was away catches up, over REST and on the live topic, and whose CPU that is.

One consumer, which asks for a page when it has the one before: of a company whose day was made up of messages, read
marks, notes and assignments. Everything is read as a key sees it that may see all, and as one that may not.
"""

import asyncio
import http.client
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from conversations.access.commands import make_key
from conversations.engine.events import Fact
from conversations.threads.actors import Actor
from conversations.threads.events import ConversationAssigned, ConversationRead, MessagePosted, NotePosted
from tenants.context import TenantRef, tenant_context
from tenants.members.queries import get_members
from tests.benchmarks import stage
from tests.benchmarks.bench import Bench
from tests.benchmarks.generator import Score, Socket
from tests.benchmarks.items.rest import UNLIMITED
from tests.benchmarks.machine import watch
from tests.benchmarks.plan import Plan, Seat
from tests.benchmarks.running import Listening
from tests.shop import Shop

EVENTS: Final = 40_000
AT_ONCE: Final = 500
PATIENCE_S: Final = 120
SEES: Final[dict[str, list[str]]] = {
    "all": ["conversations.view", "notes:read", "personal:read"],
    "neither_notes_nor_names": ["conversations.view"],
}
Sweep = Callable[[], int]


def measure(bench: Bench) -> dict[str, object]:
    """Answer events a second of each way, with CPU milliseconds for 1,000 events."""
    bench.say(f"feed: {EVENTS} events of a company")
    company = _Company(bench.rooms[0].tenant)
    found: dict[str, object] = {"events": company.fill()}
    with bench.server(environment=UNLIMITED) as server:
        for name, scopes in SEES.items():
            key = company.key(scopes)
            for limit in (1000, 200):
                bench.say(f"feed: pages of {limit}, {name}")
                found[f"pages_of_{limit}_{name}"] = _timed(bench, server, lambda: _pages(server, company, key, limit))  # noqa: B023 - called at once
            bench.say(f"feed: the live topic, {name}")
            wanted = _pages(server, company, key, 1000)
            found[f"live_{name}"] = _timed(bench, server, lambda: _live(server, company, key, wanted))  # noqa: B023 - called at once
    return found


@dataclass(frozen=True)
class _Company:
    tenant: TenantRef

    @property
    def host(self) -> str:
        return f"{self.tenant.slug}.localhost"

    def fill(self) -> int:
        """Write what happened; answer how many events that are."""
        shop = Shop(tenant=self.tenant)
        guests = [shop.welcome(text="hello") for _ in range(20)]
        for n in range(EVENTS // AT_ONCE):
            guest = guests[n % len(guests)]
            shop.write(guest.conversation, [_fact(k, guest.actor) for k in range(AT_ONCE)])
        return EVENTS

    def key(self, scopes: Sequence[str]) -> str:
        owner = next(member for member in get_members(tenant=self.tenant) if member.may("keys.manage"))
        said: dict[str, Any] = {"name": "feed", "networks": [], "expires_at": None}
        with tenant_context(self.tenant):
            return make_key(**said, scopes=scopes, by=owner, now=datetime.now(UTC))[1]


def _fact(number: int, actor: Actor) -> Fact:
    match number % 10:
        case 0:
            return NotePosted(name="Ada", text="Called back, nobody there. Trying again tomorrow.")
        case 1:
            return ConversationAssigned(to=actor.id, name="Ada")
        case 2 | 3:
            return ConversationRead(by="member", seq=number + 1)
        case _:
            return MessagePosted(author="contact", name="Lei", text=stage.TEXT)


def _timed(bench: Bench, server: Listening, sweep: Sweep) -> dict[str, object]:
    """Sweep several times; answer the median of the rates and of the CPU that each side had."""
    watched = {"server": [server.pid], "postgres": [bench.postmaster]}
    sweep()
    rates, cpu = [], []
    for _ in range(bench.runs):
        began, before = time.perf_counter(), watch(watched)
        count = sweep()
        seconds, after = time.perf_counter() - began, watch(watched)
        rates.append(count / seconds)
        cpu.append({name: 1e6 * (after[name] - before[name]) / count for name in watched})
    return {
        "events_per_s": round(median(rates)),
        "spread": [round(min(rates)), round(max(rates))],
        "cpu_ms_per_1000": {name: round(median(each[name] for each in cpu), 1) for name in watched},
    }


def _pages(server: Listening, company: _Company, key: str, limit: int) -> int:
    """Follow the feed to its end, as a consumer does that reads no more of a page than it must; count its events."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    headers = {"Host": company.host, "Authorization": f"Bearer {key}"}
    after, count = 0, 0
    while True:
        connection.request("GET", f"/api/v1/events?after={after}&limit={limit}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{answer.status}: {body[:300]!r}")
        head, _, tail = body.rpartition(b'"next":')
        count += head.count(b'{"position":')
        said = json.loads(b'{"next":' + tail)
        if said["next"] is None:
            connection.close()
            return count
        after = said["position"]


def _live(server: Listening, company: _Company, key: str, wanted: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    headers = {"Host": company.host, "Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    connection.request("POST", "/api/v1/live-tickets", "{}", headers)
    ticket = json.loads(connection.getresponse().read())["ticket"]
    connection.close()
    return asyncio.run(_listen(server, company, ticket, wanted))


async def _listen(server: Listening, company: _Company, ticket: str, wanted: int) -> int:
    """Subscribe from the beginning; hear as many events as the pages have."""
    hello = json.dumps({"type": "hello", "ticket": ticket})
    subscribe = json.dumps({"type": "subscribe", "topic": "events", "after": 0})
    answers = ('{"type":"welcome"', '{"type":"subscribed"')
    seat = Seat(path="/live/v1", host=company.host, first=(hello, subscribe), answers=answers)
    score, plan = Score(), Plan(port=server.port, seats=[seat])
    socket = Socket(seat=seat, plan=plan, score=score, number=0)
    await asyncio.get_running_loop().create_connection(lambda: socket, "127.0.0.1", server.port)
    async with asyncio.timeout(PATIENCE_S):
        while score.events < wanted and not score.error_count:  # noqa: ASYNC110 - the socket is a counter of its own
            await asyncio.sleep(0.001)
    socket.close()
    if score.error_count or score.events != wanted:
        raise RuntimeError(f"{score.events} of {wanted} events were heard: {score.errors}")
    return score.events
