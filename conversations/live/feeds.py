"""Who gets what: one feed a tenant that somebody here listens to, following the tenant's log by position.

What this process wrote, and news of what others wrote, are offered directly; a hint, or a heartbeat that finds the log
ahead, makes the feed read the log. A subscription that sees a hole reads the log too: reconnecting, healing and
starting are the same code.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol
from uuid import UUID

import structlog

from conversations.engine.events import Audience, Recorded
from conversations.engine.following import Log
from conversations.engine.streams import stream_of
from conversations.live.answers import Gap, Mark
from conversations.live.lens import Lens
from conversations.live.topics import DESK, PRESENCE, TICKETS, Rendered, Topic
from conversations.presence.events import PresenceChanged
from tenants.context import TenantRef

logger = structlog.get_logger(__name__)
PAGE: Final = 200
MOST_EARLY: Final = 1_000  # then the log is read: whoever should tell of what is missing is far behind
Watch = Mapping[str, Callable[[TenantRef, Recorded], None]]


class Receiver(Protocol):
    """The session's side of a subscription."""

    def push(self, text: str) -> None:
        """Queue a frame."""

    async def room(self) -> None:
        """Wait until little is queued."""

    def catch_up(self, subscription: "Subscription") -> None:
        """Let the subscription catch up, in the session's own time."""


class Subscription:
    """One topic on one socket. `last` is the last seq (a tenant's own topic: position) that went out, none left out."""

    def __init__(
        self,
        *,
        receiver: Receiver,
        topic: Topic,
        after: int,
        render: Callable[[Rendered], str | None],
        lens: Lens | None = None,
    ) -> None:
        """`render` answers what this receiver may see of an event; None: nothing, and it counts as seen.

        With a `lens` each event is read from the log, because the database is asked whether it may be seen now.
        """
        self._lens = lens
        self.receiver = receiver
        self.topic = topic
        self.last = after
        self.live = False
        self.ended = False
        self._seen = after
        self._render = render

    def offer(self, rendered: Rendered) -> None:
        """Take an event that happened now: send it, know it already, or notice that some are missing."""
        number = self._number(rendered.event)
        if not self.live:
            self._seen = max(self._seen, number)
        elif number == self.last + 1 and self._lens is None:
            self._deliver(rendered, number)
        elif number > self.last:
            self.live, self._seen = False, number
            self.receiver.catch_up(self)

    async def catch_up(self, *, log: Log, tenant: TenantRef) -> None:
        """Send everything after `last` from the log, then go live; there is no moment in between to miss anything."""
        while not self.live and not self.ended:
            events = await self._read(log, tenant)
            await self._look(tenant, events)
            for event in events:
                await self.receiver.room()
                self._replay(event)
            if len(events) < PAGE and self.last >= self._seen:
                self.live = True
        if self.topic is DESK and not self.ended:
            self.mark()

    def mark(self) -> None:
        """Tell a desk how far it is: filtered events leave holes in what it sees."""
        self.receiver.push(Mark(position=self.last).text())

    async def _read(self, log: Log, tenant: TenantRef) -> list[Recorded]:
        if self.topic.is_wide:
            return await log.read_tenant(tenant=tenant, after=self.last, limit=PAGE)
        return await log.read_stream(tenant=tenant, stream=self.topic.stream, after=self.last, limit=PAGE)

    async def _look(self, tenant: TenantRef, events: Sequence[Recorded]) -> None:
        if self._lens is not None:
            await self._lens.look(tenant=tenant, events=events)

    def _replay(self, event: Recorded) -> None:
        if self.ended:
            return
        number = self._number(event)
        if number > self.last + 1:
            self.receiver.push(Gap(topic=self.topic.name, first=self.last + 1, last=number - 1).text())
        self._deliver(Rendered(event), number)

    def _deliver(self, rendered: Rendered, number: int) -> None:
        shows = not self.ended and (self._lens is None or self._lens.shows(event=rendered.event))
        text = self._render(rendered) if shows else None
        if text is not None:
            self.receiver.push(text)
        self.last = number

    def _number(self, event: Recorded) -> int:
        return event.seq if self.topic.subject is not None else event.position


class Feed:
    """A tenant's log as this process follows it. `position` is the last event that was offered to everybody here."""

    def __init__(self, *, tenant: TenantRef, log: Log, watch: Watch, patience_s: float) -> None:
        """It follows from where the log is when start() asks.

        Two processes that write for one tenant hear of each other's events a little after their own. So an event that
        comes early waits so many seconds for the ones before it, until the log is asked for them; 0: nobody tells them.
        """
        self.tenant = tenant
        self._watch = watch
        self._patience_s = patience_s
        self._early: dict[int, Recorded] = {}
        self._patience: asyncio.TimerHandle | None = None
        self.position = -1
        self._log = log
        self._streams: dict[UUID, set[Subscription]] = {}
        self._wide: set[Subscription] = set()
        self._colleagues: set[Subscription] = set()
        self._pulling: asyncio.Task[None] | None = None
        self._behind = False
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Find out where the log is, once."""
        async with self._starting:
            if self.position < 0:
                self.position = await self._log.get_position(tenant=self.tenant)

    @property
    def is_idle(self) -> bool:
        """Tell whether nobody listens."""
        return not self._streams and not self._wide and not self._colleagues

    def add(self, subscription: Subscription) -> None:
        """Offer this subscription everything from now on."""
        if subscription.topic.is_wide:
            self._wide.add(subscription)
        elif subscription.topic is PRESENCE:
            self._colleagues.add(subscription)
        else:
            self._streams.setdefault(subscription.topic.stream, set()).add(subscription)

    def remove(self, subscription: Subscription) -> None:
        """Offer it nothing more."""
        if subscription.topic.subject is None:
            self._wide.discard(subscription)
            self._colleagues.discard(subscription)
            return
        stream = subscription.topic.stream
        listeners = self._streams.get(stream, set())
        listeners.discard(subscription)
        if not listeners:
            self._streams.pop(stream, None)

    def offer(self, events: Sequence[Recorded]) -> None:
        """Take events that happened, in position order; those before them that are missing are waited for."""
        news = [event for event in events if event.position > self.position]
        if not news or self.position < 0:
            return
        if not self._early and self._follows(news):
            self._dispatch(news)
            return
        self._early.update((event.position, event) for event in news)
        self._dispatch_early()

    def hear(self, position: int) -> None:
        """Take a hint that the log has reached `position`."""
        if position > self.position >= 0:
            self.pull()

    def pull(self) -> None:
        """Read the log from where we are, once we know where that is; at most one reading at a time."""
        if self.position < 0:
            return
        self._behind = True
        if self._pulling is None or self._pulling.done():
            self._pulling = asyncio.create_task(self._pull())

    def whisper(self, *, subject: UUID, text: str, sender: Receiver | None = None) -> None:
        """Pass a droppable sign to those who look at a conversation."""
        listeners = self._streams.get(stream_of(subject=subject, audience=Audience.PUBLIC), set())
        for receiver in {subscription.receiver for subscription in listeners}:
            if receiver is not sender:
                receiver.push(text)

    def _follows(self, events: Sequence[Recorded]) -> bool:
        return events[0].position == self.position + 1 and events[-1].position == self.position + len(events)

    def _dispatch_early(self) -> None:
        """Dispatch what follows by now, and wait for what is missing before the rest."""
        ready: list[Recorded] = []
        while (event := self._early.pop(self.position + len(ready) + 1, None)) is not None:
            ready.append(event)
        if ready:
            self._dispatch(ready)
        if self._early:
            self._wait_or_pull()

    def _wait_or_pull(self) -> None:
        if self._patience_s <= 0 or len(self._early) > MOST_EARLY:
            self._early.clear()
            self.pull()
        elif self._patience is None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(self._patience_s, self._end_waiting, self.position)

    def _end_waiting(self, since: int) -> None:
        """Ask the log if what was missing at `since` still is; what is missing now has its own time."""
        self._patience = None
        if self._early and self.position == since:
            self.pull()
        elif self._early:
            self._wait_or_pull()

    async def _pull(self) -> None:
        while self._behind:
            self._behind = False
            try:
                events = await self._log.read_tenant(tenant=self.tenant, after=self.position, limit=PAGE)
            except Exception as error:  # noqa: BLE001 - whatever it is, following must go on
                # The heartbeat tries again; clients see a stale but correct picture meanwhile.
                logger.warning("feed.unreadable", schema=self.tenant.schema, error=type(error).__name__)
                return
            self._behind = self._behind or len(events) == PAGE
            news = [event for event in events if event.position > self.position]
            if news:
                self._dispatch(news)
                self._early = {n: event for n, event in self._early.items() if n > self.position}
                self._dispatch_early()

    def _dispatch(self, events: Sequence[Recorded]) -> None:
        for event in events:
            rendered = Rendered(event)
            for subscription in (*self._streams.get(event.stream, ()), *self._wide):
                subscription.offer(rendered)
            if event.kind == PresenceChanged.kind:
                for subscription in self._colleagues:
                    subscription.offer(rendered)
            if event.kind in self._watch:
                self._watch[event.kind](self.tenant, event)
        self.position = events[-1].position
        for subscription in self._wide:
            if subscription.live and subscription.topic is not TICKETS:
                subscription.mark()


class Feeds:
    """All feeds of this process."""

    def __init__(self, *, log: Log, watch: Watch = MappingProxyType({}), patience_s: float = 0.0) -> None:
        """Start with none; `watch` gets every event of its kinds in a tenant that somebody here listens to."""
        self._log = log
        self._watch = watch
        self._patience_s = patience_s
        self._feeds: dict[str, Feed] = {}
        self._heads: dict[str, int] = {}

    async def add(self, *, tenant: TenantRef, subscription: Subscription) -> None:
        """Offer a subscription its tenant's events from now on; what goes wrong here leaves nothing behind."""
        feed = self._feeds.setdefault(tenant.schema, self._follow(tenant))
        feed.add(subscription)
        try:
            await feed.start()
        except BaseException:
            self.remove(tenant=tenant, subscription=subscription)
            raise

    def _follow(self, tenant: TenantRef) -> Feed:
        return Feed(tenant=tenant, log=self._log, watch=self._watch, patience_s=self._patience_s)

    def remove(self, *, tenant: TenantRef, subscription: Subscription) -> None:
        """Forget a subscription, and its tenant's feed with the last one."""
        subscription.ended = True
        feed = self._feeds.get(tenant.schema)
        if feed is not None:
            feed.remove(subscription)
            if feed.is_idle:
                del self._feeds[tenant.schema]

    def find(self, *, schema: str) -> Feed | None:
        """Answer a tenant's feed if somebody here listens."""
        return self._feeds.get(schema)

    def pull_all(self) -> None:
        """Read every log: hints may have been lost."""
        for feed in self._feeds.values():
            feed.pull()

    async def check(self) -> None:
        """Compare every feed with its log's head at the last check, in one query: what finds lost hints.

        What was written since may still be on its way to us, and on a busy log something always is.
        """
        if self._feeds:
            heads: dict[str, int] = await self._log.get_positions(schemas=list(self._feeds))
            for schema, position in self._heads.items():
                feed = self._feeds.get(schema)
                if feed is not None:
                    feed.hear(position)
            self._heads = heads
