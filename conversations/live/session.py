"""One socket after its hello: takes frames in order, answers each, and never lets one break the others."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

import structlog

from conversations.engine.batch import Outcome
from conversations.engine.entry import SUSPENDED, Failure
from conversations.engine.events import Draft
from conversations.live.access import Access
from conversations.live.answers import (
    Answer,
    Error,
    Limits,
    Me,
    Pong,
    Subscribed,
    TypingSign,
    Welcome,
    Who,
)
from conversations.live.changes import EventsSubscription, choose_kinds
from conversations.live.colleagues import ColleaguesSubscription, choose_state
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
)
from conversations.live.lens import Lens, lens_of
from conversations.live.outbox import Outbox
from conversations.live.reading import ReadMarks
from conversations.live.refusals import NoSuchKind, NotForKeys, TooFast, TooManyTopics, Unavailable
from conversations.live.sending import Sending
from conversations.live.signs import Signs
from conversations.live.tickets import Pass, sign_resume
from conversations.live.topics import EVENTS, NEEDED, PRESENCE, TICKETS, Rendered, Topic, parse_topic
from conversations.live.wire import Taken, Wire
from conversations.threads import rules
from tenants.context import TenantRef
from tenants.refusals import NotAllowed, NotFound, Refusal, Suspended

if TYPE_CHECKING:
    from conversations.live.server import LiveServer

logger = structlog.get_logger(__name__)

TOPICS: Final = 500
GOING_AWAY: Final = 1012
CATCH_UP_AGAIN_S: Final = (0.5, 1.0, 2.0)
_SEND: Final = '"send"'


class Session:
    """A member's, a visitor's or a program's open socket."""

    def __init__(self, *, server: "LiveServer", tenant: TenantRef, pass_: Pass, outbox: Outbox) -> None:
        """The pass was admitted just now."""
        self.id = uuid4()
        self.tenant = tenant
        self.pass_ = pass_
        self.actor = pass_.actor()
        self.outbox = outbox
        self._server = server
        self._subscriptions: dict[str, Subscription] = {}
        self._access = Access(log=server.log, tenant=tenant, actor=self.actor)
        self._lens = lens_of(actor=self.actor, log=server.log)
        self._reads = ReadMarks(write=self._write_read)
        self._signs = Signs(clock=asyncio.get_running_loop().time)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_taking = False
        self._looks = False
        self._wire: Wire | None = None
        self._sending = Sending(
            writer=server.writer,
            log=server.log,
            access=self._access,
            tenant=tenant,
            actor=self.actor,
            say=self.say,
            start=self._start,
        )

    def welcome(self) -> None:
        """Say who is in, with what limits, and how to come back."""
        limits = Limits(frame_bytes=FRAME_BYTES, text_chars=TEXT_CHARS, outstanding=OUTSTANDING)
        me = Me(kind=self.pass_.kind, id=self.actor.id, name=self.actor.name)
        self.say(Welcome(session=self.id, resume=sign_resume(pass_=self.pass_), limits=limits, me=me))

    def listen_on(self, wire: Wire) -> None:
        """Take messages the short way where there is one."""
        self._wire = wire
        wire.listen(self.take_now)

    def take_now(self, text: str) -> Taken:
        """Act on one frame if that is a message that can go to the writer at once; else do nothing.

        Most frames are: they need no task to wake up. What is refused goes the long way, too, and is refused there.
        What follows behind that comes again. Where the tenant has sent more than can be written, or looked at, its
        sockets wait for their turn, and are not read meanwhile.
        """
        if self.outbox.ending.is_set() or self._wire is None:
            return Taken.NO
        if self._is_taking:
            return Taken.LATER
        if _SEND in text and not self._server.writer.has_room(schema=self.tenant.schema):
            self._server.writer.line_up(schema=self.tenant.schema, wake=self._wire.resume)
            return Taken.LATER
        try:
            taken = self._take_send(decode(text=text), self._wire)
        except Refusal:
            taken = Taken.NO
        self._is_taking = taken is Taken.NO
        return taken

    def _take_send(self, frame: ClientFrame, wire: Wire) -> Taken:
        if self.actor.kind == "key" or not isinstance(frame, Send):
            return Taken.NO
        if self._sending.send_now(frame=frame):
            return Taken.YES
        if self._access.find(conversation=frame.conversation) is None:
            self._looks = self._server.looking.enter_now(schema=self.tenant.schema)
            if not self._looks:
                self._server.looking.line_up(schema=self.tenant.schema, wake=wire.resume)
                return Taken.LATER
        return Taken.NO

    async def take(self, *, text: str) -> None:
        """Act on one frame; whatever goes wrong becomes a typed error with a constant text."""
        frame: ClientFrame | None = None
        self._is_taking = True
        try:
            frame = decode(text=text)
            await self._act(frame)
        except Refusal as refusal:
            self.refuse(refusal, frame)
        except Exception:
            logger.exception("live.frame_failed", schema=self.tenant.schema, frame=type(frame).__name__)
            self.refuse(Unavailable(), frame)
        finally:
            self._has_looked()
            self._is_taking = False
            if self._wire is not None:
                self._wire.resume()

    def refuse(self, refusal: Refusal, frame: ClientFrame | None = None) -> None:
        """Send a typed error that names what it answers."""
        error = Error(code=refusal.code, detail=refusal.detail)
        if isinstance(frame, Send):
            error = Error(code=refusal.code, detail=refusal.detail, id=frame.id)
        elif isinstance(frame, Subscribe | Unsubscribe):
            error = Error(code=refusal.code, detail=refusal.detail, topic=frame.topic)
        self.say(error)

    def say(self, answer: Answer) -> None:
        """Queue an answer for this socket."""
        self.outbox.push(answer.text())

    def push(self, text: str) -> None:
        """Queue a frame that others get, too."""
        self.outbox.push(text)

    async def room(self) -> None:
        """Wait until little is queued."""
        await self.outbox.room()

    def catch_up(self, subscription: Subscription) -> None:
        """Replay what a subscription lacks, beside everything else."""
        self._start(self._caught_up(subscription))

    async def look_around(self) -> None:
        """Let go of conversations that this member does not see any more, and say so as if they had never been."""
        subjects = {topic.subject for topic in self._topics() if topic.subject is not None}
        if self._lens is None or not subjects:
            return
        reached = await self._lens.find(tenant=self.tenant, conversations=subjects)
        for topic in self._topics():
            if topic.subject is not None and topic.subject in subjects - reached:
                self._unsubscribe(topic.name)
                self.say(Error(code=NotFound.code, detail=NotFound().detail, topic=topic.name))

    async def end(self) -> None:
        """Write what this session still owes (read marks), then forget it."""
        self._has_looked()
        for subscription in self._subscriptions.values():
            self._server.feeds.remove(tenant=self.tenant, subscription=subscription)
        await self._reads.flush()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _has_looked(self) -> None:
        if self._looks:
            self._looks = False
            self._server.looking.leave(schema=self.tenant.schema)

    async def _act(self, frame: ClientFrame) -> None:
        if self.actor.kind == "key" and not isinstance(frame, Subscribe | Unsubscribe | Ping):
            raise NotForKeys
        match frame:
            case Send():
                await self._sending.send(frame=frame)
            case Subscribe():
                await self._subscribe(frame)
            case Unsubscribe(topic=name):
                self._unsubscribe(name)
            case Read(conversation=conversation, seq=seq):
                self._read(conversation, seq)
            case Typing(conversation=conversation):
                await self._typing(conversation)
            case Presence():
                await self._presence(frame)
            case Ping():
                self.say(Pong(heads={name: s.last for name, s in self._subscriptions.items()}))
            case _:
                raise NotAllowed(detail="You said hello already.")

    async def _subscribe(self, frame: Subscribe) -> None:
        topic = parse_topic(name=frame.topic)
        self._unsubscribe(frame.topic)
        if len(self._subscriptions) >= TOPICS:
            raise TooManyTopics
        if frame.kinds is not None and topic is not EVENTS:
            raise NoSuchKind
        render, head = await self._check_topic(topic)
        after = head if frame.after is None else min(frame.after, head)
        subscription: Subscription
        if topic is PRESENCE:
            subscription = ColleaguesSubscription(receiver=self)
        elif topic is EVENTS:
            kinds = choose_kinds(actor=self.actor, wanted=frame.kinds)
            subscription = EventsSubscription(
                receiver=self, after=after, kinds=kinds, actor=self.actor, lens=self._new_lens()
            )
        else:
            lens = None if topic is TICKETS else self._new_lens()
            subscription = Subscription(receiver=self, topic=topic, after=after, render=render, lens=lens)
        await self._server.feeds.add(tenant=self.tenant, subscription=subscription)
        self._subscriptions[topic.name] = subscription
        self.say(Subscribed(topic=topic.name, head=head))
        self.catch_up(subscription)

    async def _check_topic(self, topic: Topic) -> tuple[Callable[[Rendered], str | None], int]:
        """Answer how this session sees a topic's events, and where its log is; raise what the rules refuse."""
        if self.actor.kind == "key" and topic is not EVENTS:
            raise NotForKeys
        if topic.subject is None:
            if self.actor.kind == "contact":
                raise NotFound
            if not self.actor.may(NEEDED[topic]):
                raise NotAllowed
            render = Rendered.for_tickets if topic is TICKETS else Rendered.for_desk
            return self._masked(render), await self._server.log.get_position(tenant=self.tenant)
        right = await self._access.look(conversation=topic.subject)
        if topic.kind == "staff":
            rules.check_staff(contact=right.contact, actor=self.actor)
            return self._masked(Rendered.for_member), right.staff_head
        rules.check_view(contact=right.contact, actor=self.actor)
        seen = Rendered.for_contact if self.actor.kind == "contact" else self._masked(Rendered.for_member)
        return seen, right.public_head

    def _masked(self, render: Callable[..., str | None]) -> Callable[[Rendered], str | None]:
        return render if rules.sees_personal(actor=self.actor) else partial(render, personal=False)

    def _topics(self) -> list[Topic]:
        return [subscription.topic for subscription in self._subscriptions.values()]

    def _new_lens(self) -> Lens | None:
        return lens_of(actor=self.actor, log=self._server.log)

    def _unsubscribe(self, name: str) -> None:
        subscription = self._subscriptions.pop(name, None)
        if subscription is not None:
            self._server.feeds.remove(tenant=self.tenant, subscription=subscription)

    async def _caught_up(self, subscription: Subscription) -> None:
        """Try again for a while: whoever is sent away instead comes back and asks for everything at once."""
        for pause_s in (*CATCH_UP_AGAIN_S, None):
            try:
                await subscription.catch_up(log=self._server.log, tenant=self.tenant)
            except Exception:
                if pause_s is None:
                    # The client comes back and resumes where it is; what cannot be read must not stay half open.
                    logger.exception("live.catch_up_failed", schema=self.tenant.schema)
                    self.outbox.close(GOING_AWAY)
                    return
                await asyncio.sleep(pause_s)
            else:
                return

    def _read(self, conversation: UUID, seq: int) -> None:
        """Only what was sent to this socket can have been read on it; who may not answer leaves no mark."""
        subscription = self._subscriptions.get(f"conversation:{conversation}")
        if subscription is None or seq > subscription.last:
            raise NotAllowed(detail="Subscribe to the conversation first, and read only what you were sent.")
        if self.actor.kind == "contact" or self.actor.may("conversations.reply"):
            self._reads.mark(conversation=conversation, seq=seq)

    async def _write_read(self, conversation: UUID, seq: int) -> None:
        try:
            right = await self._access.get(conversation=conversation)
            rules.check_view(contact=right.contact, actor=self.actor)
        except Refusal:
            return  # whose it was: what somebody else has read is not theirs to say
        draft = Draft(
            subject=conversation,
            fact=rules.read(actor=self.actor, seq=seq),
            sender=self.actor.id,
            client_id=f"read:{seq}",
            access=right.version,
        )

        def done(outcome: Outcome | Failure) -> None:
            stale = isinstance(outcome, Outcome) and outcome.verdict == "stale"
            if stale:
                self._access.forget(conversation=conversation)
            if outcome == SUSPENDED:
                self.refuse(Suspended())
            elif stale or not isinstance(outcome, Outcome):
                self._reads.mark_again(conversation=conversation, seq=seq)

        await self._server.writer.submit(schema=self.tenant.schema, draft=draft, done=done)

    async def _typing(self, conversation: UUID) -> None:
        if not self._signs.may_pass(key=str(conversation)):
            return
        # A sign carries a name: that of somebody who has been erased meanwhile must not go out any more.
        look = self._access.look if self.actor.kind == "contact" else self._access.get
        right = await look(conversation=conversation)
        rules.check_write(contact=right.contact, actor=self.actor, blocked=right.blocked)
        who = Who(kind=rules.side_of(actor=self.actor), name=self.actor.name)
        self._server.whisper(session=self, subject=conversation, sign=TypingSign(conversation=conversation, who=who))

    async def _presence(self, frame: Presence) -> None:
        if self.actor.kind == "contact":
            raise NotAllowed
        if not self._signs.may_pass(key=frame.state):
            raise TooFast
        await choose_state(tenant=self.tenant, member=self.actor.id, frame=frame)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
