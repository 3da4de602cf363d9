"""A session's messages on their way to the writer: at most OUTSTANDING wait, and each gets ack or error once."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from uuid import UUID

import structlog

from conversations.engine.batch import REFUSALS, Outcome
from conversations.engine.entry import Done, Failure
from conversations.engine.events import Draft
from conversations.engine.following import PostgresLog
from conversations.engine.writer import Writer
from conversations.live.access import Access
from conversations.live.answers import Ack, Answer, Error
from conversations.live.frames import OUTSTANDING, Send
from conversations.live.refusals import FilesUnsupported, Unavailable, as_refusal
from conversations.threads import rules
from conversations.threads.actors import Actor
from conversations.threads.queries import IS_MESSAGE
from tenants.context import TenantRef
from tenants.refusals import Refusal

logger = structlog.get_logger(__name__)


class Sending:
    """One session's sends."""

    def __init__(
        self,
        *,
        writer: Writer,
        log: PostgresLog,
        access: Access,
        tenant: TenantRef,
        actor: Actor,
        say: Callable[[Answer], None],
        start: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        """`say` queues an answer; `start` runs something beside the session's reading."""
        self._writer = writer
        self._log = log
        self._access = access
        self._tenant = tenant
        self._actor = actor
        self._say = say
        self._start = start
        self._outstanding = 0
        self._answered = asyncio.Event()

    async def send(self, *, frame: Send) -> None:
        """Hand a message to the writer; waits, and so stops reading, while too many wait for their ack."""
        right = await self._access.get(conversation=frame.conversation)
        if right.blocked:  # nothing that they send tells them that they are no more
            right = await self._access.look(conversation=frame.conversation)
        rules.check_write(contact=right.contact, actor=self._actor, blocked=right.blocked)
        if frame.files:
            raise FilesUnsupported
        if frame.reply_to is not None:
            await self._check_quote(frame.conversation, frame.reply_to)
        while self._outstanding >= OUTSTANDING:
            self._answered.clear()
            await self._answered.wait()
        self._outstanding += 1
        await self._submit(frame, right.version, again=True)

    def send_now(self, *, frame: Send) -> bool:
        """Hand a message to the writer if nothing needs to be waited for; answer whether that was so."""
        right = self._access.find(conversation=frame.conversation)
        waits = right is None or right.blocked or frame.files or frame.reply_to is not None
        if right is None or waits or self._outstanding >= OUTSTANDING:
            return False
        rules.check_write(contact=right.contact, actor=self._actor)
        draft, done = self._draft(frame, right.version, again=True)
        if not self._writer.offer(schema=self._tenant.schema, draft=draft, done=done):
            return False
        self._outstanding += 1
        return True

    async def _check_quote(self, conversation: UUID, reply_to: int) -> None:
        params = {"conversation": conversation, "seq": reply_to}
        found = await self._log.query(tenant=self._tenant, text=IS_MESSAGE, params=params)
        rules.check_quote(reply_to=reply_to, is_there=bool(found))

    async def _submit(self, frame: Send, version: int, *, again: bool) -> None:
        draft, done = self._draft(frame, version, again=again)
        await self._writer.submit(schema=self._tenant.schema, draft=draft, done=done)

    def _draft(self, frame: Send, version: int, *, again: bool) -> tuple[Draft, Done]:
        fact = rules.post(actor=self._actor, text=frame.text, reply_to=frame.reply_to)
        draft = Draft(subject=frame.conversation, fact=fact, sender=self._actor.id, client_id=frame.id, access=version)
        return draft, partial(self._sent, frame, again=again)

    def _sent(self, frame: Send, outcome: Outcome | Failure, *, again: bool) -> None:
        """Hear from the writer: after COMMIT, or that it could not be done."""
        if isinstance(outcome, Outcome) and outcome.verdict == "stale" and again:
            self._start(self._send_again(frame))
        elif not isinstance(outcome, Outcome):
            self._answer(_error(frame, as_refusal(failure=outcome)))
        elif outcome.recorded is None or outcome.verdict in REFUSALS:
            self._answer(_error(frame, REFUSALS[outcome.verdict]()))
        else:
            seq, at = outcome.recorded.seq, outcome.recorded.at
            self._answer(Ack(id=frame.id, conversation=frame.conversation, seq=seq, at=at))

    async def _send_again(self, frame: Send) -> None:
        """Ask anew whether we may: the stream's access version has moved since we looked."""
        try:
            right = await self._access.look(conversation=frame.conversation)
            rules.check_write(contact=right.contact, actor=self._actor, blocked=right.blocked)
            await self._submit(frame, right.version, again=False)
        except Refusal as refusal:
            self._answer(_error(frame, refusal))
        except Exception:
            logger.exception("live.send_again_failed", schema=self._tenant.schema)
            self._answer(_error(frame, Unavailable()))

    def _answer(self, answer: Answer) -> None:
        self._outstanding -= 1
        self._answered.set()
        self._say(answer)


def _error(frame: Send, refusal: Refusal) -> Error:
    return Error(code=refusal.code, detail=refusal.detail, id=frame.id)
