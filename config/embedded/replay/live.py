"""One person's live connection: comes back after any loss, subscribes where it was, sends again what has no ack."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Origin

from config.embedded.replay.patience import END_S, Patience
from config.embedded.replay.site import Site
from config.embedded.replay.tally import Tally
from config.embedded.replay.topics import View

OPEN_S: Final = 20.0
ACK_S: Final = 15.0
PING_S: Final = 20.0
AGAIN_S: Final = 0.3
LARGEST_FRAME: Final = 4_194_304
TRY_AGAIN: Final = {"unavailable", "busy", "stale"}
NOT_SIGNED_IN: Final = "not_signed_in"

Hear = Callable[[str, dict[str, Any]], None]
encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode


class Refused(Exception):
    """The server said no to a frame; the text is its code."""


class Pending:
    """A message without an ack. `answer` becomes its seq, or None: send it again."""

    __slots__ = ("_ack_s", "answer", "frame")

    def __init__(self, *, frame: str, ack_s: float) -> None:
        """It is about to be sent, and after `ack_s` seconds of silence once more."""
        self.frame = frame
        self._ack_s = ack_s
        self.renew()

    def renew(self) -> None:
        """It is about to be sent once more."""
        self.answer: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def wait(self) -> int | None:
        """Answer the seq; None when it must be sent again: the server asks for it, or says nothing."""
        try:
            async with asyncio.timeout(self._ack_s):
                return await asyncio.shield(self.answer)
        except TimeoutError:
            return None


class Live:
    """Use: open(), then anything, then close(). `hear` gets every event frame as text and decoded."""

    def __init__(
        self,
        *,
        site: Site,
        get_ticket: Callable[[], Awaitable[str]],
        hear: Hear,
        tally: Tally,
        ack_s: float = ACK_S,
        ping_s: float = PING_S,
        patience_s: float = END_S,
    ) -> None:
        """`get_ticket` is asked when there is no resume token, or when it is not taken."""
        self._site = site
        self._get_ticket = get_ticket
        self._hear = hear
        self._tally = tally
        self._ack_s = ack_s
        self._ping_s = ping_s
        self.resume: str | None = None
        self._views: dict[str, View] = {}
        self._pending: dict[str, Pending] = {}
        self._socket: ClientConnection | None = None
        self._ready = asyncio.Event()
        self._patience = Patience(where=f"live delivery of {site.origin}", end_s=patience_s)
        self._pause = 0.0
        self._broken: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Connect; raise Obstacle or Refused if that cannot be."""
        self._task = asyncio.create_task(self._run())
        ready = asyncio.create_task(self._ready.wait())
        try:
            await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            ready.cancel()
        if self._task.done():
            self._task.result()

    async def close(self) -> None:
        """Leave."""
        task, self._task = self._task, None
        if task is not None:
            if self._socket is not None:
                await self._socket.close()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def subscribe(self, view: View) -> None:
        """Have everything of a topic after what its view has, from now on and after each return."""
        self._views[view.name] = view
        await self.say({"type": "subscribe", "topic": view.name, "after": view.after})

    def _subscribe_again(self, view: View) -> None:
        if self._views.get(view.name) is view:
            self._asking = asyncio.create_task(self.subscribe(view))

    async def unsubscribe(self, view: View) -> None:
        """No more of it."""
        self._views.pop(view.name, None)
        await self.say({"type": "unsubscribe", "topic": view.name})

    async def send(self, *, id: str, conversation: str, text: str) -> int:  # noqa: A002 - the protocol's own word
        """Post a message and answer its seq when the server has acked it, however often it must be sent."""
        frame = encode({"type": "send", "id": id, "conversation": conversation, "text": text}).decode()
        pending = self._pending[id] = Pending(frame=frame, ack_s=self._ack_s)
        began = time.perf_counter()
        try:
            await self._write(frame)
            while (seq := await pending.wait()) is None:
                await asyncio.sleep(AGAIN_S)
                await self._send_again(pending)
        finally:
            del self._pending[id]
        self._tally.acked(seconds=time.perf_counter() - began)
        return seq

    async def say(self, frame: dict[str, Any]) -> None:
        """Send a frame that need not arrive: what matters of it is said again after a return."""
        await self._write(encode(frame).decode())

    async def _write(self, text: str) -> None:
        if self._broken is not None:
            raise self._broken
        if self._socket is not None:
            try:
                await self._socket.send(text)
            except ConnectionClosed:
                self._socket = None

    async def _send_again(self, pending: Pending) -> None:
        if pending.answer.done():
            pending.renew()
        self._tally.resends += 1
        await self._write(pending.frame)

    async def _run(self) -> None:
        try:
            while True:
                await self._serve_once()
        except Exception as error:
            self._broken = error
            for pending in self._pending.values():
                if not pending.answer.done():
                    pending.answer.set_exception(error)
            for view in self._views.values():
                view.fail(error)
            raise

    async def _serve_once(self) -> None:
        why = "the connection was closed"
        hello = {"resume": self.resume} if self.resume else {"ticket": await self._get_ticket()}
        try:
            async with connect(
                self._site.live_url,
                host=self._site.peer,
                port=self._site.door,
                origin=Origin(self._site.origin),
                ssl=self._site.tls,
                compression=None,
                proxy=None,
                open_timeout=OPEN_S,
                close_timeout=1,
                ping_interval=self._ping_s,
                ping_timeout=self._ping_s,
                max_size=LARGEST_FRAME,
                max_queue=1024,
            ) as socket:
                await self._greet(socket, hello)
                async for raw in socket:
                    self._take(str(raw))
        except (OSError, TimeoutError, WebSocketException) as error:
            why = str(error) or type(error).__name__
        finally:
            self._socket = None
        await self._patience.wait(why=why, at_least=self._pause)

    async def _greet(self, socket: ClientConnection, hello: dict[str, str]) -> None:
        await socket.send(encode({"type": "hello", **hello}).decode())
        answer = decode(await socket.recv())
        if answer["type"] != "welcome":
            if answer.get("code") == NOT_SIGNED_IN:
                self.resume = None
            raise ConnectionError(f"not welcome: {answer.get('code')}")
        self.resume = answer["resume"]
        self._socket = socket
        self._patience.restore()
        self._pause = 0.0
        for view in list(self._views.values()):
            await self.subscribe(view)
        for pending in list(self._pending.values()):
            await self._send_again(pending)
        if self._ready.is_set():
            self._tally.reconnects += 1
        self._ready.set()

    def _take(self, raw: str) -> None:
        frame = decode(raw)
        match frame["type"]:
            case "event":
                self._hear(raw, frame)
            case "ack":
                self._take_ack(frame)
            case "error":
                self._take_error(frame)
            case "closing":
                self._pause = frame["retry_after_ms"] / 1000
            case "subscribed" if view := self._views.get(frame["topic"]):
                view.begin(frame["head"])

    def _take_ack(self, frame: dict[str, Any]) -> None:
        pending = self._pending.get(frame["id"])
        if pending is not None and not pending.answer.done():
            pending.answer.set_result(frame["seq"])

    def _take_error(self, frame: dict[str, Any]) -> None:
        code = frame["code"]
        pending = self._pending.get(frame.get("id", ""))
        view = self._views.get(frame.get("topic", ""))
        if pending is not None and not pending.answer.done():
            if code in TRY_AGAIN:
                pending.answer.set_result(None)
            else:
                pending.answer.set_exception(Refused(code))
        elif view is not None and code in TRY_AGAIN:
            asyncio.get_running_loop().call_later(AGAIN_S, self._subscribe_again, view)
        elif view is not None:
            view.fail(Refused(code))
        else:
            self._tally.refused[code] += 1
