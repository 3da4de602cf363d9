"""The bus over Redis pub/sub, for several machines: REDIS_URL chooses it. It carries what happened, not only that.

Redis keeps nothing of ours, so FLUSHALL takes nothing away. Whoever may read it reads what customers write: like the
database, it is reached by our processes alone. Redis is an extra (`redis`), imported only where it is chosen.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import uuid4

import msgspec
import redis
import redis.asyncio
import structlog
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from conversations.engine.bus import Listener
from conversations.engine.hints import Hint, News, Signal

logger = structlog.get_logger(__name__)
CHANNEL: Final = "yunke"
_BACKLOG: Final = 10_000
_AT_ONCE: Final = 500
_SILENCE_S: Final = 10.0  # then the listening side asks whether anybody is there
_HANGS_S: Final = 5.0


class Parcel(msgspec.Struct, frozen=True):
    """What goes out in one PUBLISH. `signals` is decoded only by those whom it came to, not by its sender."""

    origin: str
    signals: msgspec.Raw


_parcel = msgspec.json.Decoder(Parcel)
_signals = msgspec.json.Decoder(list[Signal])


class RedisBus:
    """One listening and one publishing connection; both come back by themselves after a loss."""

    carries_events = True

    def __init__(self, *, url: str) -> None:
        """Nothing is connected before start()."""
        self.origin = uuid4().hex[:12]
        self._url = url
        self._waiting: list[Signal] = []
        self._heads: dict[str, Hint] = {}
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._listens = False

    @property
    def is_alive(self) -> bool:
        """Tell whether the listening side is connected."""
        return self._listens

    async def start(self, *, listener: Listener, resync: Callable[[], None]) -> None:
        """Listen and publish until stop(); `resync` is called at every (re)connection of the listening side."""
        listening = self._forever(lambda client: self._listen(client, listener, resync))
        self._tasks = [asyncio.create_task(listening), asyncio.create_task(self._forever(self._publish))]

    def publish(self, signals: Sequence[Signal]) -> None:
        """Queue signals. What is too much for the queue becomes a hint about each tenant, or is dropped."""
        for signal in signals:
            if len(self._waiting) < _BACKLOG:
                self._waiting.append(signal)
            elif isinstance(signal, Hint | News):
                self._heads[signal.schema] = Hint(schema=signal.schema, position=signal.position, origin=self.origin)
        self._wake.set()

    async def stop(self) -> None:
        """End both sides."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _forever(self, work: Callable[["redis.asyncio.Redis"], Coroutine[Any, Any, None]]) -> None:
        pause = 0.1
        while True:
            client = self._client()
            try:
                await client.ping()
                pause = 0.1
                await work(client)
            except (RedisError, OSError) as error:
                logger.warning("bus.lost", error=type(error).__name__, retry_s=pause)
            finally:
                with suppress(RedisError, OSError):
                    await client.aclose()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    def _client(self) -> "redis.asyncio.Redis":
        # It must not come back silently: what was said meanwhile would be missed, and nobody would look for it.
        return redis.asyncio.Redis.from_url(
            self._url,
            socket_timeout=_HANGS_S,
            socket_connect_timeout=_HANGS_S,
            retry=AsyncRetry(NoBackoff(), 0),
            single_connection_client=False,
        )

    async def _listen(self, client: "redis.asyncio.Redis", listener: Listener, resync: Callable[[], None]) -> None:
        async with client.pubsub() as channel:
            await channel.subscribe(CHANNEL)
            await _next(channel, _HANGS_S)
            self._listens = True
            try:
                resync()
                while True:
                    message = await channel.get_message(timeout=_SILENCE_S)
                    if message is None:
                        await channel.ping()
                        message = await _next(channel, _HANGS_S)
                    if message["type"] == "message":
                        self._hear(message["data"], listener)
            finally:
                self._listens = False

    def _hear(self, data: bytes, listener: Listener) -> None:
        try:
            parcel = _parcel.decode(data)
            signals = [] if parcel.origin == self.origin else _signals.decode(parcel.signals)
        except msgspec.DecodeError:
            return  # no version of ours has written it
        for signal in signals:
            listener(signal)

    async def _publish(self, client: "redis.asyncio.Redis") -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            signals = [*self._waiting, *self._heads.values()]
            self._waiting, self._heads = [], {}
            try:
                for start in range(0, len(signals), _AT_ONCE):
                    await client.publish(CHANNEL, _packed(self.origin, signals[start : start + _AT_ONCE]))
            except (RedisError, OSError):
                # Said again as hints: who got the parcel after all knows it already.
                self._waiting = []
                self.publish(signals=_as_hints(signals, self.origin))
                raise


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
        options: Any = {"socket_timeout": _HANGS_S, "socket_connect_timeout": _HANGS_S, "retry": Retry(NoBackoff(), 0)}
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
            if message is None and time.monotonic() - self._heard_at > _SILENCE_S:
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
        message: dict[str, Any] | None = self._channel.get_message(timeout=_HANGS_S)
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


async def _next(channel: Any, seconds: float) -> dict[str, Any]:
    """Answer what is said next; who says nothing at all is not there."""
    message: dict[str, Any] | None = await channel.get_message(timeout=seconds)
    if message is None:
        raise redis.exceptions.ConnectionError("nothing is heard")
    return message
