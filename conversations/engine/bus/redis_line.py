"""One connection to Redis on an event loop: commands go out at once, what others publish comes in as it arrives.

The client library makes each message and each answer a chain of coroutines, which was a sixth of what a busy server
did. Here a chunk that arrives is read as a whole, by hiredis; the library still says what an address means.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url

SILENCE_S: Final = 10.0  # then we ask whether anybody is there
HANGS_S: Final = 5.0
_LOOKS_S: Final = 1.0

Answered = Callable[[], None]


class RedisLine(asyncio.Protocol):
    """Speaks RESP3, so that one connection publishes and listens. Answers come in the order of the commands."""

    def __init__(self, *, told: Callable[[list[bytes]], None], free: Callable[[], None]) -> None:
        """`told` is called with each push, as in [b"message", channel, data]; `free` when there is room again."""
        self._told = told
        self._free = free
        self._reader = hiredis.Reader()
        self._answers: deque[Answered] = deque()
        self._transport: asyncio.Transport | None = None
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._error: BaseException | None = None
        self._heard_at = 0.0
        self.has_room = True

    async def open(self, *, url: str) -> None:
        """Connect and sign in; raise OSError when that cannot be done now."""
        options = dict(parse_url(url))
        async with asyncio.timeout(HANGS_S):
            await self._connect(options)
            await self._hello(options)

    async def run(self) -> None:
        """Wait until the connection is lost, then raise OSError; who is silent while we wait for an answer is lost."""
        while not self._lost.done():
            await asyncio.wait([self._lost], timeout=_LOOKS_S)
            silent_s = asyncio.get_running_loop().time() - self._heard_at
            if self._answers and silent_s > HANGS_S:
                self._fail(TimeoutError("nothing is heard"))
            elif silent_s > SILENCE_S:
                self.send("PING", answered=_nothing)
        raise ConnectionError(str(self._error or "closed")) from self._error

    def send(self, *words: str | bytes, answered: Answered | None) -> None:
        """Send a command; None where no answer comes (to SUBSCRIBE, of which a push tells)."""
        if self._transport is None or self._lost.done():
            return
        if answered is not None:
            if not self._answers:
                self._heard_at = asyncio.get_running_loop().time()  # silence counts from here
            self._answers.append(answered)
        self._transport.write(hiredis.pack_command(cast("Any", words)))  # its stub says: one word

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what can be written to."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take everything that has come."""
        self._heard_at = asyncio.get_running_loop().time()
        self._reader.feed(data)
        try:
            while (said := self._reader.gets()) is not False:
                self._take(said)
        except hiredis.ProtocolError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """End what waits for it."""
        self._error = self._error or exc
        if not self._lost.done():
            self._lost.set_result(None)

    def pause_writing(self) -> None:
        """Note that the other side is slow."""
        self.has_room = False

    def resume_writing(self) -> None:
        """Tell whoever waits."""
        self.has_room = True
        self._free()

    def _take(self, said: Any) -> None:
        if isinstance(said, hiredis.PushNotification):
            self._told(said)
        elif isinstance(said, hiredis.ReplyError):
            self._fail(said)
        elif self._answers:
            self._answers.popleft()()

    def _fail(self, error: BaseException) -> None:
        self._error = self._error or error
        self.close()

    async def _connect(self, options: dict[str, Any]) -> None:
        loop = asyncio.get_running_loop()
        if "path" in options:
            await loop.create_unix_connection(lambda: self, options["path"])
        else:
            host, port = options.get("host", "localhost"), options.get("port", 6379)
            await loop.create_connection(lambda: self, host, port, ssl=_tls(options))

    async def _hello(self, options: dict[str, Any]) -> None:
        signed_in = asyncio.get_running_loop().create_future()
        login: tuple[str, ...] = ()
        if options.get("password"):
            login = ("AUTH", options.get("username") or "default", options["password"])
        self.send("HELLO", "3", *login, answered=lambda: signed_in.set_result(None))
        await asyncio.wait([signed_in, self._lost], return_when=asyncio.FIRST_COMPLETED)
        if not signed_in.done():
            raise ConnectionError(str(self._error or "closed"))


def _tls(options: dict[str, Any]) -> ssl.SSLContext | None:
    """Answer how to speak to a rediss:// address, as the library reads it."""
    if options.get("connection_class") is not SSLConnection:
        return None
    tls = {name: value for name, value in options.items() if name.startswith("ssl_")}
    return SSLConnection(host=options.get("host", "localhost"), **tls).ssl_context.get()


def _nothing() -> None:
    """Somebody is there."""
