"""The bus: tells other processes that something happened. One small interface, one file an implementation."""

from collections.abc import Callable, Sequence
from typing import Protocol

from conversations.engine.hints import Signal

Listener = Callable[[Signal], None]


class Bus(Protocol):
    """At-most-once delivery of signals between processes. `origin` marks what this process sent."""

    origin: str
    carries_events: bool  # may it be told what happened (News), or only that something did (Hint)?

    @property
    def is_alive(self) -> bool:
        """Tell whether others' signals are heard just now, as far as one can know."""

    async def start(self, *, listener: Listener, resync: Callable[[], None]) -> None:
        """Begin to deliver others' signals; call `resync` whenever some may have been lost."""

    def publish(self, signals: Sequence[Signal]) -> None:
        """Send without waiting and without promise."""

    async def stop(self) -> None:
        """End, dropping what was not sent."""


class Ear(Protocol):
    """The listening side alone, for a process that has no event loop. Both raise OSError or psycopg.Error when cut."""

    def wait(self, *, seconds: float) -> list[Signal]:
        """Answer what was said within so many seconds, as soon as there is anything."""

    def close(self) -> None:
        """Leave."""
