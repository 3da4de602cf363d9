"""The ASGI application behind /live/v1: Channels routes to it and says who the tenant is; the receive loop is ours.

A stock Channels consumer dispatches every frame through the channel layer, which costs more than the message itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, Final

import structlog

from conversations.live.answers import Answer, Closing, Error
from conversations.live.frames import HELLO_BYTES, Hello, NotText, decode
from conversations.live.outbox import Outbox
from conversations.live.refusals import Busy, HelloFirst, Restarting, Unavailable
from conversations.live.server import LiveServer
from conversations.live.session import GOING_AWAY, Session
from conversations.live.tickets import Pass
from conversations.live.wire import Send, Wire, wire_of
from tenants.context import TenantRef, tenant_context
from tenants.crowding import come_again_s
from tenants.refusals import NotAllowed, Refusal

logger = structlog.get_logger(__name__)

HELLO_S: Final = 5.0
LOOK_S: Final = 0.5
SLOW_S: Final = 2.0
NOT_SIGNED_IN: Final = 4001
NOT_ALLOWED: Final = 4003
TOO_SLOW: Final = 4008
TOO_SLOW_RETRY_MS: Final = 1_000

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Gone(Exception):
    """The other side has left."""


class LiveConsumer:
    """Accepts a socket, hears its hello, and runs its session until either side ends it."""

    def __init__(self, *, server: Callable[[], LiveServer]) -> None:
        """`server` answers this process's live server once it is started."""
        self._server = server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket; `scope` carries the tenant and the origin from LiveHost."""
        if (await receive())["type"] != "websocket.connect":
            return
        server = self._server()
        await send({"type": "websocket.accept"})
        wire = wire_of(scope=scope, send=send)
        with tenant_context(scope["tenant"]):
            try:
                pass_ = await self._hear_hello(server, scope, receive, wire)
            except Gone:
                return
            except Refusal as refusal:
                await _turn_away(send, refusal)
                return
            except Exception:
                # The database is away: nobody can be let in now, and nobody is told to sign in again.
                logger.exception("live.hello_failed", schema=scope["tenant"].schema)
                await _turn_away(send, Unavailable())
                return
            await self._serve(server, scope["tenant"], pass_, receive, send, wire)

    async def _hear_hello(self, server: LiveServer, scope: Scope, receive: Receive, wire: Wire) -> Pass:
        try:
            text = await asyncio.wait_for(_next_text(receive), HELLO_S)
        except TimeoutError:
            raise HelloFirst from None
        frame = decode(text=text, limit=HELLO_BYTES)
        if not isinstance(frame, Hello):
            raise HelloFirst
        if server.draining:
            raise Restarting
        tenant: TenantRef = scope["tenant"]
        with server.door.enter(tenant.schema) as is_inside:
            if not is_inside:
                raise Busy
            return await _while_there(wire, _admit(server, scope, frame))

    async def _serve(
        self, server: LiveServer, tenant: TenantRef, pass_: Pass, receive: Receive, send: Send, wire: Wire
    ) -> None:
        outbox = Outbox()
        session = Session(server=server, tenant=tenant, pass_=pass_, outbox=outbox)
        server.enter(session)
        session.welcome()
        if server.draining:  # it began while we looked at the hello
            server.send_away(session)
        session.listen_on(wire)
        try:
            await _run(server.exit, session, outbox, receive, send, wire)
        finally:
            wire.listen(None)
            server.leave(session)


async def _admit(server: LiveServer, scope: Scope, hello: Hello) -> Pass:
    client = scope.get("client") or ("",)
    return await server.gate.admit(hello=hello, tenant=scope["tenant"], origin=scope["origin"], address=str(client[0]))


async def _run(exit_: asyncio.Lock, session: Session, outbox: Outbox, receive: Receive, send: Send, wire: Wire) -> None:
    """Read and send until either side ends it. Whoever is sent away is not read any more, even if they do not read."""
    sending = asyncio.create_task(outbox.run(wire.send_texts))
    others = [asyncio.create_task(_read(session, receive)), asyncio.create_task(outbox.ending.wait())]
    try:
        await asyncio.wait({sending, *others}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        async with exit_:  # when hundreds leave at once, those who stay get their turns in between
            await asyncio.sleep(0)
        await _cancel(others)
        await session.end()
        await _finish(sending, outbox, send, wire)


async def _read(session: Session, receive: Receive) -> None:
    """Take frames one after the other; a session that is waited for is not read, which slows its client down."""
    while True:
        try:
            text = await _next_text(receive)
        except Gone:
            return
        except NotText as refusal:
            session.refuse(refusal)
            continue
        await session.take(text=text)


async def _while_there(wire: Wire, work: Coroutine[Any, Any, Pass]) -> Pass:
    """Do no work for somebody who has given up waiting: they are back already, and want it done again."""
    working = asyncio.create_task(work)
    try:
        while not working.done():
            await asyncio.wait({working}, timeout=LOOK_S)
            if wire.is_gone:
                raise Gone
        return working.result()
    finally:
        working.cancel()


async def _next_text(receive: Receive) -> str:
    message = await receive()
    if message["type"] != "websocket.receive":
        raise Gone
    text = message.get("text")
    if text is None:
        raise NotText
    return str(text)


async def _cancel(tasks: "list[asyncio.Task[Any]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _finish(sending: "asyncio.Task[int]", outbox: Outbox, send: Send, wire: Wire) -> None:
    """Close as the outbox says; who took nothing for too long is told so, if it can still be told."""
    if outbox.ending.is_set() and not outbox.overflow.is_set():
        await asyncio.wait({sending}, timeout=SLOW_S)
    code = sending.result() if sending.done() and sending.exception() is None else None
    await _cancel([sending])
    if outbox.overflow.is_set():
        wire.make_way()
        await _last_words(send, [Closing(reason="too_slow", retry_after_ms=TOO_SLOW_RETRY_MS)], TOO_SLOW)
    elif code is not None:
        await _last_words(send, [], code)


async def _last_words(send: Send, answers: Sequence[Answer], code: int) -> None:
    try:
        async with asyncio.timeout(SLOW_S):
            for answer in answers:
                await send({"type": "websocket.send", "text": answer.text()})
            await send({"type": "websocket.close", "code": code})
    except (TimeoutError, OSError, RuntimeError):
        # It left first, or does not read: the server drops the connection when we return.
        logger.debug("live.close_unheard", code=code)


async def _turn_away(send: Send, refusal: Refusal) -> None:
    code = NOT_SIGNED_IN
    said: list[Answer] = [Error(code=refusal.code, detail=refusal.detail)]
    if isinstance(refusal, Restarting | Unavailable | Busy):
        code = GOING_AWAY
    elif isinstance(refusal, NotAllowed):
        code = NOT_ALLOWED
    if isinstance(refusal, Busy):
        said.append(Closing(reason="busy", retry_after_ms=1000 * come_again_s()))
    await _last_words(send, said, code)
