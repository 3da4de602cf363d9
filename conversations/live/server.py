"""Live delivery of one process: the writer, the feeds, the bus and the heartbeat that mends what hints lost."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import structlog

from conversations.engine.bus import Bus
from conversations.engine.events import Recorded
from conversations.engine.following import PostgresLog
from conversations.engine.hints import Change, Hint, News, Signal, Whisper, make_news
from conversations.engine.room import Room
from conversations.engine.writer import Writer
from conversations.live.answers import Answer, Closing
from conversations.live.feeds import Feeds
from conversations.live.gate import Gate
from conversations.live.holding import Holding
from conversations.live.programs import Programs
from conversations.live.session import GOING_AWAY, Session
from conversations.live.visitors import MERGED, Visitors, hear_of_merging
from tenants.context import TenantRef
from tenants.crowding import Door
from tenants.queries import LOOKUPS, forget_tenant

logger = structlog.get_logger(__name__)

HEARTBEAT_S: Final = 2.0
NEWS_COME_S: Final = 0.25  # of what another process wrote before; then the bus is taken to have lost them
MOST_HELLOS: Final = 256  # looked at once; each asks the database, over the few connections that reading has
MOST_LOOKS: Final = 256  # sockets whose first message waits for what its sender may: each asks the database, too
MOST_LOOKS_OF_TENANT: Final = 32
NOT_SIGNED_IN: Final = 4001


class LiveServer:
    """Everything that the sockets of this process share. Made and started in config/."""

    def __init__(self, *, log: PostgresLog, gate: Gate, bus: Bus, writer: Writer, holding: Holding) -> None:
        """The writer must call `written` of this object; see config/wiring.py."""
        self.log = log
        self.gate = gate
        self.writer = writer
        patience_s = NEWS_COME_S if bus.carries_events else 0.0
        self.feeds = Feeds(log=log, watch={MERGED: self._merged}, patience_s=patience_s)
        self.sessions: set[Session] = set()
        self.draining = False
        self.door = Door(most=MOST_HELLOS)
        self.looking = Room(most=MOST_LOOKS, most_of_tenant=MOST_LOOKS_OF_TENANT)
        self.exit = asyncio.Lock()
        self._holding = holding
        self._bus = bus
        self._hearts: list[asyncio.Task[None]] = []
        self._visitors = Visitors(gate=gate)
        self._programs = Programs(gate=gate)

    async def start(self) -> None:
        """Begin to write and to follow."""
        await self.writer.start()
        await self._bus.start(listener=self._hear, resync=self._resync)
        LOOKUPS.be_told(while_=lambda: self._bus.is_alive)
        # Several, because a log that is slow to read must not keep in somebody who is out.
        checks = (self.feeds.check, self._check_members, self._check_visitors, self._check_programs, self._check_reach)
        self._hearts = [asyncio.create_task(self._beat(check)) for check in checks]
        self._hearts.append(asyncio.create_task(self._holding.run()))

    def enter(self, session: Session) -> None:
        """Count a session in."""
        self.sessions.add(session)
        if session.actor.kind == "member":
            self._holding.come(tenant=session.tenant.id, person=session.actor.id)

    def leave(self, session: Session) -> None:
        """Count it out."""
        self.sessions.discard(session)
        if session.actor.kind == "member":
            self._holding.go(tenant=session.tenant.id, person=session.actor.id)

    def drain(self) -> None:
        """Tell every socket that this process goes, when to come back, and close it."""
        self.draining = True
        for session in self.sessions:
            self.send_away(session)

    @staticmethod
    def send_away(session: Session) -> None:
        """Tell a socket that this process goes, and close it."""
        retry_after_ms = random.randint(200, 2_000)  # noqa: S311 - spreads reconnections, keeps no secret
        session.say(Closing(reason="restart", retry_after_ms=retry_after_ms))
        session.outbox.close(GOING_AWAY)

    async def stop(self) -> None:
        """Write what waits, then end."""
        for heart in self._hearts:
            heart.cancel()
        await asyncio.gather(*self._hearts, return_exceptions=True)
        await self._leave()
        await self.writer.stop()
        await self._bus.stop()

    def written(self, schema: str, events: list[Recorded]) -> None:
        """Tell the subscribers here, then the other processes: called by the writer after COMMIT."""
        feed = self.feeds.find(schema=schema)
        if feed is not None:
            feed.offer(events)
        origin = self._bus.origin
        if self._bus.carries_events:
            self._bus.publish([make_news(schema=schema, events=events, origin=origin)])
        else:
            self._bus.publish([Hint(schema=schema, position=events[-1].position, origin=origin)])

    def whisper(self, *, session: Session, subject: UUID, sign: Answer) -> None:
        """Pass a droppable sign to the others who look at the same."""
        feed = self.feeds.find(schema=session.tenant.schema)
        if feed is not None:
            feed.whisper(subject=subject, text=sign.text(), sender=session)
        schema, text = session.tenant.schema, sign.text()
        self._bus.publish([Whisper(schema=schema, subject=subject, text=text, origin=self._bus.origin)])

    async def _leave(self) -> None:
        try:
            await self._holding.end()
        except Exception as error:  # noqa: BLE001 - then others give this process up when its lease has expired
            logger.warning("live.lease_kept", error=type(error).__name__)

    def _resync(self) -> None:
        """Signals may have been lost: what they would have told is looked for."""
        forget_tenant(tenant_id=None)
        self.feeds.pull_all()

    def _hear(self, signal: Signal) -> None:
        if isinstance(signal, Change):
            forget_tenant(tenant_id=signal.tenant)
            return
        feed = self.feeds.find(schema=signal.schema)
        if feed is None:
            return
        if isinstance(signal, Hint):
            feed.hear(signal.position)
        elif isinstance(signal, News):
            feed.offer(signal.decoded())
        else:
            feed.whisper(subject=signal.subject, text=signal.text)

    async def _check_members(self) -> None:
        """Close the sockets of members who are out; those whose role is or allows another thing now come in anew."""
        members = {session: session.pass_.session for session in self.sessions if session.pass_.session is not None}
        live = await self.gate.find_live(sessions=set(members.values())) if members else {}
        for session, key in members.items():
            found = live.get(key)
            if found is None:
                session.outbox.close(NOT_SIGNED_IN)
            elif not found.is_as(session.pass_):
                session.say(Closing(reason="changed", retry_after_ms=0))
                session.outbox.close(GOING_AWAY)

    async def _check_reach(self) -> None:
        """Let members who see some conversations only go from those that they do not see any more."""
        for session in list(self.sessions):
            try:
                await session.look_around()
            except Exception as error:  # noqa: BLE001 - a company that cannot be asked keeps no other's open
                logger.warning("live.reach_unasked", schema=session.tenant.schema, error=type(error).__name__)

    async def _check_visitors(self) -> None:
        await self._visitors.check(sessions=list(self.sessions))

    async def _check_programs(self) -> None:
        await self._programs.check(sessions=list(self.sessions))

    def _merged(self, tenant: TenantRef, event: Recorded) -> None:
        hear_of_merging(event=event, tenant=tenant, sessions=list(self.sessions))

    async def _beat(self, check: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_S)
            try:
                await check()
            except Exception as error:  # noqa: BLE001 - whatever it is, the heart must go on
                # The database is away; the next beat looks again.
                logger.warning("live.heartbeat_failed", error=type(error).__name__)
