"""Feeds and subscriptions over a log in memory: whatever is lost or comes twice, everybody sees everything once."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from conversations.engine.bus.memory import MemoryBus
from conversations.engine.events import Draft, Recorded
from conversations.engine.hints import Hint, Signal, Whisper
from conversations.engine.memory import MemoryLog
from conversations.engine.streams import new_subject
from conversations.live import feeds as feeds_module
from conversations.live.feeds import Feeds, Subscription
from conversations.live.topics import Rendered, Topic, parse_topic
from conversations.threads.events import MessagePosted, NotePosted
from tenants.context import TenantRef

NOON: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
TENANT: Final = TenantRef(id=UUID(int=2), slug="memory", schema="t_memory")
SUBJECT: Final = new_subject()


class Unreadable(RuntimeError):
    """The log is away."""


class SlowLog:
    """MemoryLog as live delivery reads it: every read gives others a turn, may fail, and the oldest may be cut off."""

    def __init__(self) -> None:
        self.memory = MemoryLog()
        self.memory.open_streams(subject=SUBJECT)
        self.cut = 0
        self.away = False
        self.reads = 0

    def write(self, count: int = 1, *, staff: bool = False) -> list[Recorded]:
        """Append, as a commit somewhere."""
        fact = NotePosted(name="a", text="n") if staff else MessagePosted(author="contact", name="a", text="x")
        outcomes = self.memory.append(drafts=[Draft(subject=SUBJECT, fact=fact) for _ in range(count)], at=NOON)
        return [outcome.recorded for outcome in outcomes if outcome.recorded]

    async def _turn(self) -> None:
        self.reads += 1
        if self.away:
            raise Unreadable
        await asyncio.sleep(0)

    async def read_stream(self, *, tenant: TenantRef, stream: UUID, after: int, limit: int = 500) -> list[Recorded]:
        found = self.memory.read_stream(stream=stream, after=max(after, self.cut), limit=limit)
        await self._turn()
        return found

    async def read_tenant(self, *, tenant: TenantRef, after: int, limit: int = 500) -> list[Recorded]:
        found = self.memory.read_tenant(after=max(after, self.cut), limit=limit)
        await self._turn()
        return found

    async def get_position(self, *, tenant: TenantRef) -> int:
        found = len(self.memory.events)
        await self._turn()
        return found

    async def get_positions(self, *, schemas: Sequence[str]) -> dict[str, int]:
        await self._turn()
        return dict.fromkeys(schemas, len(self.memory.events))


@dataclass(eq=False)
class Screen:
    """A receiver that keeps what it is sent."""

    log: SlowLog
    frames: list[dict[str, Any]] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    def push(self, text: str) -> None:
        self.frames.append(json.loads(text))

    async def room(self) -> None:
        await asyncio.sleep(0)

    def catch_up(self, subscription: Subscription) -> None:
        self.tasks.append(asyncio.create_task(subscription.catch_up(log=self.log, tenant=TENANT)))

    def seqs(self, key: str = "seq") -> list[int]:
        return [frame[key] for frame in self.frames if frame["type"] == "event"]


class World:
    """One process's feeds and everybody who looks."""

    def __init__(self, patience_s: float = 0.0) -> None:
        self.log = SlowLog()
        self.feeds = Feeds(log=self.log, patience_s=patience_s)
        self.screens: list[tuple[Screen, Topic, int]] = []

    async def beat_twice(self) -> None:
        """Let the heart beat: what is missing at one beat, and still at the next, is looked for."""
        await self.feeds.check()
        await self.feeds.check()

    async def look(self, name: str, after: int) -> Subscription:
        """Subscribe, as a session does."""
        topic, screen = parse_topic(name=name), Screen(log=self.log)
        render = Rendered.for_desk if topic.kind == "desk" else Rendered.for_member
        subscription = Subscription(receiver=screen, topic=topic, after=after, render=render)
        await self.feeds.add(tenant=TENANT, subscription=subscription)
        screen.catch_up(subscription)
        self.screens.append((screen, topic, after))
        return subscription

    def offer(self, events: list[Recorded]) -> None:
        """Tell the feed what was written here."""
        feed = self.feeds.find(schema=TENANT.schema)
        if feed and events:
            feed.offer(events)

    def hint(self, position: int) -> None:
        """Tell the feed that the log has grown elsewhere."""
        feed = self.feeds.find(schema=TENANT.schema)
        if feed:
            feed.hear(position)

    async def rest(self) -> None:
        """Let everything that runs come to its end."""
        for _ in range(50):
            await asyncio.sleep(0)

    def check(self) -> None:
        """Everybody has seen everything after where they began, once, in order."""
        for screen, topic, after in self.screens:
            if topic.kind == "desk":
                assert screen.seqs("position") == list(range(after + 1, len(self.log.memory.events) + 1))
                assert screen.frames[-1] == {"type": "mark", "position": len(self.log.memory.events)}
            else:
                last = len(self.log.memory.read_stream(stream=topic.stream, after=0, limit=10_000))
                assert screen.seqs() == list(range(after + 1, last + 1))


def run(story: Callable[[World], Coroutine[Any, Any, None]], patience_s: float = 0.0) -> None:
    """Tell a story on a loop of its own."""

    async def tell() -> None:
        world = World(patience_s)
        await story(world)
        await world.rest()
        world.check()

    asyncio.run(tell())


PUBLIC, STAFF = f"conversation:{SUBJECT}", f"staff:{SUBJECT}"
steps = st.lists(
    st.one_of(
        st.tuples(st.just("written here"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("written here, not offered"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("offered late, twice"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("written elsewhere"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("hint lost"), st.integers(1, 4), st.booleans()),
        st.tuples(st.just("look"), st.integers(0, 2), st.booleans()),
        st.tuples(st.just("turn"), st.integers(1, 6), st.booleans()),
        st.tuples(st.just("heartbeat"), st.just(0), st.booleans()),
    ),
    max_size=25,
)


async def do(world: World, step: tuple[str, int, bool]) -> None:
    what, count, flag = step
    match what:
        case "written here":
            world.offer(world.log.write(count, staff=flag))
        case "written here, not offered" | "hint lost":
            world.log.write(count, staff=flag)
        case "offered late, twice":
            events = world.log.write(count, staff=flag)
            await asyncio.sleep(0)
            world.offer(events)
            world.offer(events)
        case "written elsewhere":
            world.hint(world.log.write(count, staff=flag)[-1].position)
        case "look":
            topic = ("desk", PUBLIC, STAFF)[count]
            await world.look(topic, await head(world, topic) if flag else 0)
        case "turn":
            for _ in range(count):
                await asyncio.sleep(0)
        case "heartbeat":
            await world.feeds.check()


async def head(world: World, name: str) -> int:
    if name == "desk":
        return len(world.log.memory.events)
    return len(world.log.memory.read_stream(stream=parse_topic(name=name).stream, after=0, limit=10_000))


@effort(max_examples=300)
@given(steps, st.sampled_from([2, 200]), st.sampled_from([0.0, 60.0]))
def test_whatever_happens_everybody_sees_everything_once(
    history: list[tuple[str, int, bool]], page: int, patience_s: float
) -> None:
    async def story(world: World) -> None:
        for step in history:
            await do(world, step)
        await world.rest()
        await world.beat_twice()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feeds_module, "PAGE", page)
        run(story, patience_s)


def test_replay_after_every_n() -> None:
    async def story(world: World) -> None:
        world.log.write(7)
        for after in range(8):
            await world.look(PUBLIC, after)
            await world.look("desk", after)

    run(story)


def test_what_happens_while_catching_up_is_neither_missed_nor_doubled() -> None:
    async def story(world: World) -> None:
        world.log.write(3)
        for _ in range(6):
            await world.look(PUBLIC, 0)
            await world.look("desk", 0)
            for _ in range(3):
                world.offer(world.log.write())
                await asyncio.sleep(0)

    run(story)


def test_a_lost_hint_is_found_by_the_heartbeat() -> None:
    async def story(world: World) -> None:
        await world.look(PUBLIC, 0)
        await world.look("desk", 0)
        await world.rest()
        world.log.write(5)
        await world.rest()
        assert world.screens[0][0].seqs() == []
        await world.beat_twice()

    run(story)


def test_news_that_come_in_the_wrong_order_are_put_right_without_reading() -> None:
    async def story(world: World) -> None:
        await world.look(PUBLIC, 0)
        await world.look("desk", 0)
        await world.rest()
        before = world.log.reads
        first, second, third = (world.log.write(2) for _ in range(3))
        for events in (third, second, first, second):
            world.offer(events)
            await world.rest()
        assert world.log.reads == before

    run(story, patience_s=60.0)


def test_news_that_never_come_are_read() -> None:
    async def story(world: World) -> None:
        await world.look(PUBLIC, 0)
        await world.rest()
        world.log.write(2)
        world.offer(world.log.write(2))
        async with asyncio.timeout(20):
            while world.screens[0][0].seqs() != [1, 2, 3, 4]:  # noqa: ASYNC110 # there is nothing else to wait for
                await asyncio.sleep(0.001)

    run(story, patience_s=0.001)


def test_too_many_that_are_early_are_read_at_once() -> None:
    async def story(world: World) -> None:
        await world.look(PUBLIC, 0)
        await world.rest()
        world.log.write()
        world.offer(world.log.write(feeds_module.MOST_EARLY + 1))

    run(story, patience_s=60.0)


def test_an_unreadable_log_is_read_later() -> None:
    async def story(world: World) -> None:
        await world.look(PUBLIC, 0)
        await world.rest()
        world.log.away = True
        world.hint(world.log.write(3)[-1].position)
        await world.rest()
        world.log.away = False
        await world.beat_twice()

    run(story)


def test_who_cannot_be_added_leaves_nothing() -> None:
    async def tell() -> None:
        world = World()
        world.log.away = True
        with pytest.raises(Unreadable):
            await world.look(PUBLIC, 0)
        assert world.feeds.find(schema=TENANT.schema) is None

    asyncio.run(tell())


def test_hints_before_the_start_do_not_read_the_whole_log() -> None:
    async def story(world: World) -> None:
        world.log.write(50)
        looking = asyncio.create_task(world.look(PUBLIC, 50))
        await asyncio.sleep(0)
        before = world.log.reads
        world.feeds.pull_all()
        world.offer(world.log.write())
        world.hint(51)
        await looking
        await world.rest()
        await world.beat_twice()
        await world.rest()
        assert world.log.reads - before <= 4

    run(story)


def test_a_cut_history_is_a_gap_and_never_a_silent_hole() -> None:
    async def tell() -> None:
        world = World()
        world.log.write(10)
        world.log.cut = 6
        await world.look(PUBLIC, 2)
        await world.rest()
        frames = world.screens[0][0].frames
        assert frames[0] == {"type": "gap", "topic": PUBLIC, "from": 3, "to": 6}
        assert world.screens[0][0].seqs() == [7, 8, 9, 10]

    asyncio.run(tell())


def test_the_last_to_leave_ends_the_feed() -> None:
    async def tell() -> None:
        world = World()
        one, two = await world.look(PUBLIC, 0), await world.look("desk", 0)
        await world.rest()
        world.feeds.remove(tenant=TENANT, subscription=one)
        assert world.feeds.find(schema=TENANT.schema)
        world.feeds.remove(tenant=TENANT, subscription=two)
        world.feeds.remove(tenant=TENANT, subscription=two)
        assert world.feeds.find(schema=TENANT.schema) is None
        world.offer(world.log.write())
        assert world.screens[0][0].seqs() == []

    asyncio.run(tell())


def test_a_burst_of_hints_is_few_reads() -> None:
    async def story(world: World) -> None:
        await world.look(PUBLIC, 0)
        await world.rest()
        before = world.log.reads
        for _ in range(100):
            world.hint(world.log.write()[-1].position)
        await world.rest()
        assert world.log.reads - before <= 2

    run(story)


@pytest.mark.asyncio
async def test_two_processes_on_a_bus_that_loses() -> None:
    """What the bus loses is found; what it delivers is heard at once; nobody hears themselves."""
    line: list[Callable[[Signal], None]] = []
    one, two = MemoryBus(line=line), MemoryBus(line=line)
    heard: list[tuple[str, Signal]] = []
    await one.start(listener=lambda signal: heard.append(("one", signal)), resync=lambda: None)
    await two.start(listener=lambda signal: heard.append(("two", signal)), resync=lambda: None)
    hint, whisper = Hint(schema="a", position=1), Whisper(schema="a", subject=new_subject(), text="{}")
    one.publish([hint, whisper])
    one.lossy = True
    one.publish([hint])
    await two.stop()
    one.lossy = False
    one.publish([hint])
    assert heard == [("two", hint), ("two", whisper)]
