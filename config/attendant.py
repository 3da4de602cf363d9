"""Threads beside a worker or a server: each does one thing that takes its time and must not hold up anything else."""

import select
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from tenants.database.patient import connect

logger = structlog.get_logger(__name__)
PAUSE_S: Final = 2.0
ENDS_S: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What is done again at once while it answers that something was done; it may run twice at once, and be killed.

    It is looked for every `look_s` seconds, and at once when somebody calls on the channel, if it has one.
    `end` is done when the process is asked to end, and takes less than ENDS_S. `bell` is a file that can be read
    from when the process itself has something to be done.
    """

    do: Callable[[datetime], int]
    look_s: float
    channel: str | None = None
    end: Callable[[], None] | None = None
    bell: int | None = None


class Attendant:
    """A thread that sees to one errand."""

    def __init__(self, errand: Errand) -> None:
        """Start nothing yet."""
        self._errand = errand
        self._name = errand.do.__name__
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the thing in hand."""
        self._stopping.set()

    def join(self) -> None:
        """Wait for that, some seconds at most: whatever is cut off is done again."""
        if self._thread.is_alive():
            self._thread.join(timeout=ENDS_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with connect(settings.YUNKE_DATABASE_DSN) as ear:
                    if self._errand.channel is not None:
                        ear.execute(f"LISTEN {self._errand.channel}".encode())  # the channel is a word of the code
                    self._attend(ear)
            except (DatabaseError, psycopg.Error) as error:
                logger.warning("attendant.database_away", errand=self._name, error=type(error).__name__)
            except Exception:
                logger.exception("attendant.failed", errand=self._name)
            finally:
                connection.close()
            self._stopping.wait(PAUSE_S)

    def _attend(self, ear: psycopg.Connection) -> None:
        while not self._stopping.is_set():
            if self._errand.do(datetime.now(UTC)) == 0:
                self._wait(ear)
        if self._errand.end is not None:
            self._errand.end()

    def _wait(self, ear: psycopg.Connection) -> None:
        """Sleep until somebody calls; calls that came together are one. Look up now and then, to stop in time."""
        left = self._errand.look_s
        while left > 0 and not self._stopping.is_set():
            if self._is_called(ear, min(left, PAUSE_S)):
                return
            left -= PAUSE_S
        ear.execute("SELECT 1")  # nothing else would tell that nobody can call any more

    def _is_called(self, ear: psycopg.Connection, within_s: float) -> bool:
        bell = self._errand.bell
        if bell is None:
            return bool(list(ear.notifies(timeout=within_s, stop_after=1)))
        if list(ear.notifies(timeout=0, stop_after=1)):
            return True
        either = select.poll()
        for file in (ear, bell):
            either.register(file, select.POLLIN)
        heard = [file for file, _ in either.poll(1000 * within_s)]
        return bell in heard or bool(list(ear.notifies(timeout=0, stop_after=1)))
