"""The bus inside one process: for tests, and for a deployment of a single process."""

from collections.abc import Callable, Sequence

from conversations.engine.bus import Listener
from conversations.engine.hints import Signal


class MemoryBus:
    """Delivers at once to every bus that was made with the same `line`."""

    carries_events = False

    def __init__(self, *, line: list[Listener] | None = None) -> None:
        """Join `line`; buses that share one stand for processes that share a bus."""
        self._line = [] if line is None else line
        self._listener: Listener | None = None
        self.lossy = False
        self.origin = f"{id(self):x}"

    @property
    def is_alive(self) -> bool:
        """Tell whether it is on the line."""
        return self._listener is not None

    async def start(self, *, listener: Listener, resync: Callable[[], None]) -> None:
        """Begin to deliver; nothing is ever lost here, so `resync` is called once."""
        self._listener = listener
        self._line.append(listener)
        resync()

    def publish(self, signals: Sequence[Signal]) -> None:
        """Deliver to all others on the line; while `lossy` is set, to nobody (that is what tests turn on)."""
        for listener in [] if self.lossy else self._line:
            if listener is not self._listener:
                for signal in signals:
                    listener(signal)

    async def stop(self) -> None:
        """Leave the line."""
        if self._listener in self._line:
            self._line.remove(self._listener)
        self._listener = None
