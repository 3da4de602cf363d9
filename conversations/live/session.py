"""One socket after its hello: takes frames in order, answers each, and never lets one break the others."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import structlog

from conversations.engine.batch import REFUSALS, Outcome
from conversations.engine.events import Draft
from conversations.engine.writer import Failure
from conversations.live.feeds import Subscription
from conversations.live.frames import (
    FRAME_BYTES,
    OUTSTANDING,
    TEXT_CHARS,
    ClientFrame,
    Ping,
    Presence,
    Read,
    Send,
    Subscribe,
    Typing,
    Unsubscribe,
    decode,
    encode,
)
from conversations.live.outbox import Outbox
from conversations.live.reading import ReadMarks
from conversations.live.tickets import Pass, sign_resume
from conversations.live.topics import Rendered, Topic, parse_topic
from conversations.threads import rules
from tenants.context import TenantRef
from tenants.refusals import NotAllowed, NotFound, Refusal

if TYPE_CHECKING:
    from conversations.live.server import LiveServer

logger = structlog.get_logger(__name__)

TOPICS: Final = 500


class FilesUnsupported(Refusal):
    """Files cannot be sent here yet."""

    code = "files_unsupported"


class TooManyTopics(Refusal):
    """This session listens to too many topics."""

    code = "too_many_topics"
    status = 429


class Unavailable(Refusal):
    """This could not be done now; send it again with the same id."""

    code = "unavailable"
    status = 503


class Session:
    """A member's or a visitor's open socket."""

    def __init__(self, *, server: "LiveServer", tenant: TenantRef, pass_: Pass, outbox: Outbox) -> None:
        """The pass was admitted just now."""
        self.id = uuid4()
        self.tenant = tenant
        self.pass_ = pass_
        self.actor = pass_.actor()
        self.outbox = outbox
        self._server = server
        self._subscriptions: dict[str, Subscription] = {}
        self._access: dict[UUID, tuple[UUID, int]] = {}
        self._reads = ReadMarks(write=self._write_read)
        self._tasks: set[asyncio.Task[None]] = set()
        self._outstanding = 0
        self._answered = asyncio.Event()

    def welcome(self) -> None:
        """Say who is in, with what limits, and how to come back."""
        limits = {"frame_bytes": FRAME_BYTES, "text_chars": TEXT_CHARS, "outstanding": OUTSTANDING}
        me = {"kind": self.actor.kind, "id": self.actor.id, "name": self.actor.name}
        resume = sign_resume(pass_=self.pass_)
        self._say({"type": "welcome", "session": self.id, "resume": resume, "limits": limits, "me": me})

    async def take(self, *, text: str) -> None:
        """Act on one frame; whatever goes wrong becomes a typed error with a constant text."""
        frame: ClientFrame | None = None
        try:
            frame = decode(text=text)
            await self._act(frame)
        except Refusal as refusal:
            self.refuse(refusal, frame)
        except Exception:
            logger.exception("live.frame_failed", schema=self.tenant.schema, frame=type(frame).__name__)
            self.refuse(Unavailable(), frame)

    def refuse(self, refusal: Refusal, frame: ClientFrame | None = None) -> None:
        """Send a typed error that names what it answers."""
        error: dict[str, Any] = {"type": "error", "code": refusal.code, "detail": refusal.detail}
        if isinstance(frame, Send):
            error["id"] = frame.id
        if isinstance(frame, Subscribe | Unsubscribe):
            error["topic"] = frame.topic
        self._say(error)

    def push(self, text: str) -> None:
        """Queue a frame for this socket."""
        self.outbox.push(text)

    async def room(self) -> None:
        """Wait until little is queued."""
        await self.outbox.room()

    def catch_up(self, subscription: Subscription) -> None:
        """Replay what a subscription lacks, beside everything else."""
        self._start(self._caught_up(subscription))

    async def end(self) -> None:
        """Write what this session still owes (read marks), then forget it."""
        await self._reads.flush()
        for subscription in self._subscriptions.values():
            self._server.feeds.remove(tenant=self.tenant, subscription=subscription)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _act(self, frame: ClientFrame) -> None:
        match frame:
            case Send():
                await self._send(frame)
            case Subscribe():
                await self._subscribe(frame)
            case Unsubscribe(topic=name):
                self._unsubscribe(name)
            case Read(conversation=conversation, seq=seq):
                self._read(conversation, seq)
            case Typing(conversation=conversation):
                await self._typing(conversation)
            case Presence(state=state):
                self._presence(state)
            case Ping():
                self._say({"type": "pong", "heads": {name: s.last for name, s in self._subscriptions.items()}})
            case _:
                raise NotAllowed(detail="You said hello already.")

    async def _send(self, frame: Send) -> None:
        contact, access = await self._get_access(frame.conversation)
        rules.check_write(contact=contact, actor=self.actor)
        if frame.files:
            raise FilesUnsupported
        while self._outstanding >= OUTSTANDING:
            self._answered.clear()
            await self._answered.wait()
        self._outstanding += 1
        await self._submit(frame, access, again=True)

    async def _submit(self, frame: Send, access: int, *, again: bool) -> None:
        fact = rules.post(actor=self.actor, text=frame.text)
        draft = Draft(subject=frame.conversation, fact=fact, sender=self.actor.id, client_id=frame.id, access=access)
        done = partial(self._sent, frame, again=again)
        await self._server.writer.submit(schema=self.tenant.schema, draft=draft, done=done)

    def _sent(self, frame: Send, outcome: Outcome | Failure, *, again: bool) -> None:
        if isinstance(outcome, Outcome) and outcome.verdict == "stale" and again:
            self._start(self._send_again(frame))
            return
        self._outstanding -= 1
        self._answered.set()
        if not isinstance(outcome, Outcome):
            self.refuse(Unavailable(), frame)
        elif outcome.recorded is None or outcome.verdict in REFUSALS:
            self.refuse(REFUSALS[outcome.verdict](), frame)
        else:
            seq, at = outcome.recorded.seq, outcome.recorded.at
            self._say({"type": "ack", "id": frame.id, "conversation": frame.conversation, "seq": seq, "at": at})

    async def _send_again(self, frame: Send) -> None:
        """Ask anew whether we may: the stream's access version has moved since we looked."""
        self._access.pop(frame.conversation, None)
        try:
            contact, access = await self._get_access(frame.conversation)
            rules.check_write(contact=contact, actor=self.actor)
            await self._submit(frame, access, again=False)
        except Refusal as refusal:
            self._outstanding -= 1
            self._answered.set()
            self.refuse(refusal, frame)

    async def _subscribe(self, frame: Subscribe) -> None:
        topic = parse_topic(name=frame.topic)
        self._unsubscribe(frame.topic)
        if len(self._subscriptions) >= TOPICS:
            raise TooManyTopics
        render = await self._check_topic(topic)
        head = await self._server.get_head(tenant=self.tenant, topic=topic)
        after = head if frame.after is None else min(frame.after, head)
        subscription = Subscription(receiver=self, topic=topic, after=after, render=render)
        await self._server.feeds.add(tenant=self.tenant, subscription=subscription)
        self._subscriptions[topic.name] = subscription
        self._say({"type": "subscribed", "topic": topic.name, "head": head})
        self.catch_up(subscription)

    async def _check_topic(self, topic: Topic) -> Callable[[Rendered], str | None]:
        """Answer how this session sees a topic's events; raise what the rules refuse."""
        if topic.subject is None:
            if self.actor.kind == "contact":
                raise NotFound
            if not self.actor.may("conversations.view"):
                raise NotAllowed
            return Rendered.for_desk
        contact, _ = await self._get_access(topic.subject)
        (rules.check_staff if topic.kind == "staff" else rules.check_view)(contact=contact, actor=self.actor)
        return Rendered.for_contact if self.actor.kind == "contact" else Rendered.for_member

    def _unsubscribe(self, name: str) -> None:
        subscription = self._subscriptions.pop(name, None)
        if subscription is not None:
            self._server.feeds.remove(tenant=self.tenant, subscription=subscription)

    async def _caught_up(self, subscription: Subscription) -> None:
        try:
            await subscription.catch_up(log=self._server.log, tenant=self.tenant)
        except Exception:
            # The client comes back and resumes where it is; a topic that cannot be read must not stay half open.
            logger.exception("live.catch_up_failed", schema=self.tenant.schema)
            self.outbox.close(1012)

    def _read(self, conversation: UUID, seq: int) -> None:
        """Only what was sent to this socket can have been read on it."""
        subscription = self._subscriptions.get(f"conversation:{conversation}")
        if subscription is None or seq > subscription.last:
            raise NotAllowed(detail="Subscribe to the conversation first, and read only what you were sent.")
        if self.actor.kind == "member" and not self.actor.may("conversations.reply"):
            return
        self._reads.mark(conversation=conversation, seq=seq)

    async def _write_read(self, conversation: UUID, seq: int) -> None:
        fact = rules.read(actor=self.actor, seq=seq)
        draft = Draft(subject=conversation, fact=fact, sender=self.actor.id, client_id=f"read:{seq}")
        await self._server.writer.submit(schema=self.tenant.schema, draft=draft, done=lambda _: None)

    async def _typing(self, conversation: UUID) -> None:
        contact, _ = await self._get_access(conversation)
        rules.check_write(contact=contact, actor=self.actor)
        who = {"kind": self.actor.kind, "name": self.actor.name}
        frame = {"type": "typing", "conversation": str(conversation), "who": who}
        self._server.whisper(session=self, subject=conversation, frame=frame)

    def _presence(self, state: str) -> None:
        if self.actor.kind == "contact":
            raise NotAllowed
        self._server.whisper(
            session=self, subject=None, frame={"type": "presence", "member": str(self.actor.id), "state": state}
        )

    async def _get_access(self, conversation: UUID) -> tuple[UUID, int]:
        access = self._access.get(conversation)
        if access is None:
            access = await self._server.get_access(tenant=self.tenant, conversation=conversation)
            self._access[conversation] = access
        return access

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _say(self, frame: dict[str, Any]) -> None:
        self.outbox.push(encode(frame).decode())
