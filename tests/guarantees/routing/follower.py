"""When everybody else could know of an event: a listener on the bus that notes when it first reads each position."""

import threading
from datetime import UTC, datetime
from typing import Final

from django.db import connection

from config.wiring import build_ear
from conversations.engine import log
from tenants.context import tenant_context
from tests.shop import Shop

LOOKS_S: Final = 0.5


class Follower(threading.Thread):
    """Follows a shop's log from now on; `seen` says when each position was there to be read, at the latest."""

    def __init__(self, *, shop: Shop) -> None:
        """It has seen nothing yet."""
        super().__init__(daemon=True)
        self.seen: dict[int, datetime] = {}
        self._shop, self._stopping, self._last = shop, threading.Event(), 0

    def stop(self) -> None:
        """End once everything is seen."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        """Listen and read."""
        ear = build_ear()
        try:
            while not self._stopping.is_set():
                ear.wait(seconds=LOOKS_S)
                self._read()
            self._read()
        finally:
            ear.close()
            connection.close()

    def _read(self) -> None:
        with tenant_context(self._shop.tenant):
            head = log.get_position()
        now = datetime.now(UTC)
        self.seen |= dict.fromkeys(range(self._last + 1, head + 1), now)
        self._last = max(self._last, head)
