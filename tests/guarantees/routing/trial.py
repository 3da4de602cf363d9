"""Routing while everything goes wrong at once, on two workers that are killed with -9; afterwards the log is judged."""

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any, Final

from config.embedded.replay.tally import percentile
from conversations.channels.webchat.commands import change_inbox
from conversations.definitions.commands import publish
from conversations.desk.reactions import ROUTER
from conversations.engine import log
from conversations.engine.events import Recorded
from conversations.engine.models import ReaderCursor
from conversations.threads.actors import SYSTEM, of_member
from conversations.threads.models import ConversationRow
from tenants.context import tenant_context
from tenants.members.commands import add_member
from tenants.members.member import Member
from tests.guarantees.routing.follower import Follower
from tests.guarantees.routing.judge import Judge
from tests.guarantees.routing.people import QUEUES, Crew, Temper, Visitors
from tests.serving import Worker
from tests.shop import Shop

AGAIN_S: Final = 1
CREWS: Final = 5
PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Size:
    """How large a trial is: two workers, of which one is killed every so many seconds; visitors with such pauses."""

    agents: int = 50
    conversations: int = 2_000
    kill_every_s: float = 15.0
    pause_s: float = 0.03
    most_s: float = 1_200.0
    offer_s: int = 1
    temper: Temper = field(default=Temper())


class Workers:
    """Two of them; kill() lets one crash and starts another."""

    def __init__(self, *, dsn: str, stack: ExitStack, seed: int) -> None:
        """Start them."""
        self.killed = 0
        self._dsn, self._stack, self._chance = dsn, stack, random.Random(seed)
        self._running = [stack.enter_context(Worker(dsn=dsn)) for _ in range(2)]

    def kill(self) -> None:
        """Kill one with -9; another starts."""
        self._running.pop(self._chance.randrange(len(self._running))).kill()
        self._running.append(self._stack.enter_context(Worker(dsn=self._dsn)))
        self.killed += 1


def trial(*, dsn: str, shop: Shop, make: Callable[[int], Member], size: Size, seed: int) -> dict[str, Any]:
    """Let it all happen; answer what was seen, and whether it was as promised."""
    members = [make(number) for number in range(size.agents)]
    room = {member.person_id: 1 + number % 4 for number, member in enumerate(members)}
    _open(shop, room, size)
    crews = [
        Crew(shop=shop, actors=[of_member(member=one) for one in members[n::CREWS]], temper=size.temper, seed=seed + n)
        for n in range(min(CREWS, size.agents))
    ]
    visitors = Visitors(shop=shop, count=size.conversations, pause_s=size.pause_s, seed=seed)
    follower = Follower(shop=shop)
    with ExitStack() as stack:
        workers = Workers(dsn=dsn, stack=stack, seed=seed)
        _await_router(shop)
        follower.start()
        for crew in crews:
            crew.start()
        took = _let_it_happen(shop, visitors, crews, workers, size)
        for crew in crews:
            crew.stop()
        follower.stop()
    judge = Judge(room=room, again=timedelta(seconds=AGAIN_S), seen=follower.seen)
    judge.read(events=_read_all(shop))
    failed = [*visitors.failed, *(line for crew in crews for line in crew.failed)]
    return _report(judge, crews, workers, failed, took, size)


def add_agent(*, shop: Shop, number: int) -> Member:
    """Make an agent of the shop's."""
    who = {"name": f"Agent {number}", "email": f"agent-{number}@{shop.tenant.slug}.example"}
    return add_member(tenant=shop.tenant, password=token_hex(12), role="agent", **who)


def _open(shop: Shop, room: dict[Any, int], size: Size) -> None:
    """Two queues that are everybody's: one asks, the other hands out directly and is reached by handing on."""
    now = datetime.now(UTC)
    body = {"offer_s": size.offer_s, "again_s": AGAIN_S, "gone_s": 1, "unanswered_s": 20, "sticky": False}
    with tenant_context(shop.tenant):
        for key, how in zip(QUEUES, ("offer", "direct"), strict=True):
            publish(kind="queue", key=key, body={"name": key, "hand_out": how, **body}, now=now)
        for member, capacity in room.items():
            publish(kind="agent", key=str(member), body={"capacity": capacity}, now=now)
        change_inbox(key=shop.inbox, changes={"queue": QUEUES[0]}, actor=SYSTEM, now=now)


def _await_router(shop: Shop) -> None:
    """Wait until a worker has read what was just published: how long processes take to start is not what is timed."""
    with tenant_context(shop.tenant):
        head = log.get_position()
        while not ReaderCursor.objects.filter(reader=ROUTER.name, position__gte=head).exists():
            time.sleep(0.05)


def _let_it_happen(shop: Shop, visitors: Visitors, crews: list[Crew], workers: Workers, size: Size) -> float:
    """Let visitors come until all have been served, or the time is over; answer how many seconds it took."""
    began = time.monotonic()
    visitors.start()
    kill_at = began + size.kill_every_s
    while time.monotonic() - began < size.most_s:
        coming = visitors.is_alive()
        if not coming and _count_open(shop) == 0:
            break
        if coming and time.monotonic() > kill_at:
            workers.kill()
            kill_at = time.monotonic() + size.kill_every_s
        if not coming:
            for crew in crews:
                crew.calm()
        time.sleep(0.1)
    visitors.join()
    return time.monotonic() - began


def _count_open(shop: Shop) -> int:
    with tenant_context(shop.tenant):
        return ConversationRow.objects.filter(status="open").count()


def _read_all(shop: Shop) -> list[Recorded]:
    events: list[Recorded] = []
    with tenant_context(shop.tenant):
        while page := log.read_tenant(after=events[-1].position if events else 0, limit=PAGE):
            events += page
    return events


def _report(
    judge: Judge, crews: list[Crew], workers: Workers, failed: list[str], took: float, size: Size
) -> dict[str, Any]:
    waits = sorted(1000 * each for each in judge.waits_s)
    done = sum(work.state == "done" for work in judge.works.values())
    return {
        "agents": size.agents,
        "conversations": len(judge.works),
        "served": done,
        "seconds": round(took, 1),
        "workers_killed": workers.killed,
        **dict(sorted(judge.count.items())),
        "did": dict(sorted(sum((crew.count for crew in crews), Counter[str]()).items())),
        "possible_to_handed_out_p50_ms": round(percentile(values=waits, share=0.5), 1),
        "possible_to_handed_out_p99_ms": round(percentile(values=waits, share=0.99), 1),
        "timed": len(waits),
        "wrong": [*judge.wrong[:10], *failed],
        "kept": not judge.wrong and not failed and done == size.conversations,
    }
