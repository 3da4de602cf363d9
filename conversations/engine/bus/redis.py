"""The bus over Redis pub/sub, for several machines: REDIS_URL chooses it. It carries what happened, not only that.

Redis keeps nothing of ours, so FLUSHALL takes nothing away. Whoever may read it reads what customers write: like the
database, it is reached by our processes alone. Redis is an extra (`redis`), imported only where it is chosen.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import msgspec
import redis
import structlog
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from conversations.engine.bus import Listener
from conversations.engine.bus.redis_line import HANGS_S, SILENCE_S, RedisLine
from conversations.engine.hints import Hint, News, Signal

logger = structlog.get_logger(__name__)
CHANNEL: Final = "yunke"
_BACKLOG: Final = 10_000
_AT_ONCE: Final = 500
_UNANSWERED: Final = 100  # parcels under way; then what is said waits, and goes together


class Parcel(msgspec.Struct, frozen=True):
    """What goes out in one PUBLISH. `signals` is decoded only by those whom it came to, not by its sender."""

    origin: str
    signals: msgspec.Raw


_parcel = msgspec.json.Decoder(Parcel)
_signals = msgspec.json.Decoder(list[Signal])


class RedisBus:
    """One connection, which comes back by itself after a loss."""

    carries_events = True

    def __init__(self, *, url: str) -> None:
        """Nothing is connected before start()."""
        self.origin = uuid4().hex[:12]
        self._url = url
        self._waiting: list[Signal] = []
        self._heads: dict[str, Hint] = {}
        self._under_way: deque[list[Signal]] = deque()
        self._line: RedisLine | None = None
        self._sends_soon = False
        self._listens = False
        self._task: asyncio.Task[None] | None = None

    @property
    def is_alive(self) -> bool:
        """Tell whether others are heard."""
        return self._listens

    async def start(self, *, listener: Listener, resync: Callable[[], None]) -> None:
        """Listen and publish until stop(); `resync` is called at every (re)connection."""
        self._task = asyncio.create_task(self._forever(listener, resync))

    def publish(self, signals: Sequence[Signal]) -> None:
        """Queue signals. What is too much for the queue becomes a hint about each tenant, or is dropped."""
        for signal in signals:
            if len(self._waiting) < _BACKLOG:
                self._waiting.append(signal)
            elif isinstance(signal, Hint | News):
                self._heads[signal.schema] = Hint(schema=signal.schema, position=signal.position, origin=self.origin)
        self._send_soon()

    async def stop(self) -> None:
        """Leave, dropping what was not sent."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _forever(self, listener: Listener, resync: Callable[[], None]) -> None:
        pause = 0.1
        while True:
            line = RedisLine(told=lambda said: self._take(said, listener, resync), free=self._send_soon)
            try:
                await line.open(url=self._url)
                pause = 0.1
                self._line = line
                line.send("SUBSCRIBE", CHANNEL, answered=None)
                self._send_soon()
                await line.run()
            except OSError as error:
                logger.warning("bus.lost", error=str(error) or type(error).__name__, retry_s=pause)
            finally:
                self._line, self._listens = None, False
                line.close()
                self._say_again()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _take(self, said: list[bytes], listener: Listener, resync: Callable[[], None]) -> None:
        if said[0] == b"message":
            self._hear(said[2], listener)
        elif said[0] == b"subscribe":
            self._listens = True
            resync()

    def _hear(self, data: bytes, listener: Listener) -> None:
        try:
            parcel = _parcel.decode(data)
            signals = [] if parcel.origin == self.origin else _signals.decode(parcel.signals)
        except msgspec.DecodeError:
            return  # no version of ours has written it
        for signal in signals:
            listener(signal)

    def _send_soon(self) -> None:
        """Send when everybody whose turn it is has spoken: what they say goes together."""
        if not self._sends_soon and self._line is not None:
            self._sends_soon = True
            asyncio.get_running_loop().call_soon(self._send)

    def _send(self) -> None:
        self._sends_soon = False
        if self._line is None or not self._line.has_room or len(self._under_way) >= _UNANSWERED:
            return
        signals = [*self._waiting, *self._heads.values()]
        self._waiting, self._heads = [], {}
        for start in range(0, len(signals), _AT_ONCE):
            some = signals[start : start + _AT_ONCE]
            self._under_way.append(some)
            self._line.send("PUBLISH", CHANNEL, _packed(self.origin, some), answered=self._sent)

    def _sent(self) -> None:
        self._under_way.popleft()
        if self._waiting or self._heads:
            self._send_soon()

    def _say_again(self) -> None:
        """Say as hints what may not have gone out: who got it after all knows it already."""
        signals = [signal for some in self._under_way for signal in some]
        self._under_way.clear()
        self.publish(signals=_as_hints(signals, self.origin))


class RedisAnnouncer:
    """Sends signals from threads: commands, pages, chores."""

    def __init__(self, *, url: str) -> None:
        """Connect at the first signal."""
        options: Any = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0, "retry": Retry(NoBackoff(), 1)}
        self._client = redis.Redis.from_url(url, **options)

    def __call__(self, signal: Signal) -> None:
        """Send one; raise OSError when that cannot be done now."""
        try:
            self._client.publish(CHANNEL, _packed("", [signal]))
        except RedisError as error:
            raise ConnectionError(type(error).__name__) from error


class RedisEar:
    """Waits for signals, in a process that has no event loop."""

    def __init__(self, *, url: str) -> None:
        """Connect; raise OSError when that cannot be done now."""
        options: Any = {"socket_timeout": HANGS_S, "socket_connect_timeout": HANGS_S, "retry": Retry(NoBackoff(), 0)}
        self._client = redis.Redis.from_url(url, **options)
        self._channel = self._client.pubsub()  # type: ignore[no-untyped-call] # of a typed library, the one that is not
        try:
            self._channel.subscribe(CHANNEL)
        except RedisError as error:
            raise ConnectionError(type(error).__name__) from error
        self._heard_at = time.monotonic()

    def wait(self, *, seconds: float) -> list[Signal]:
        """Answer what was said within so many seconds, as soon as there is anything."""
        try:
            message: dict[str, Any] | None = self._channel.get_message(timeout=seconds)
            if message is None and time.monotonic() - self._heard_at > SILENCE_S:
                message = self._ask()
            if message is not None:
                self._heard_at = time.monotonic()
            heard = []
            while message is not None:
                if message["type"] == "message":
                    with suppress(msgspec.DecodeError):
                        heard += _signals.decode(_parcel.decode(message["data"]).signals)
                message = self._channel.get_message(timeout=0.0)
        except RedisError as error:
            raise ConnectionError(type(error).__name__) from error
        return heard

    def _ask(self) -> dict[str, Any]:
        """Make sure that somebody is there: nothing else would tell."""
        self._channel.ping()
        message: dict[str, Any] | None = self._channel.get_message(timeout=HANGS_S)
        if message is None:
            raise redis.exceptions.ConnectionError("nothing is heard")
        return message

    def close(self) -> None:
        """Leave."""
        with suppress(RedisError, OSError):
            self._client.close()


def _packed(origin: str, signals: Sequence[Signal]) -> bytes:
    return msgspec.json.encode(Parcel(origin, msgspec.Raw(msgspec.json.encode(list(signals)))))


def _as_hints(signals: Sequence[Signal], origin: str) -> list[Signal]:
    """Answer one hint about each tenant that there were news of; what else was said can be missed."""
    heads = {signal.schema: signal.position for signal in signals if isinstance(signal, Hint | News)}
    hints = [Hint(schema=schema, position=position, origin=origin) for schema, position in heads.items()]
    return [*hints, *(signal for signal in signals if not isinstance(signal, Hint | News))]
