"""Keeping things running: what dies is started again, ever more slowly if it keeps dying."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals
from typing import Final, Protocol

from config.embedded import process
from config.embedded.folder import ROOT
from config.embedded.obstacles import Obstacle
from config.embedded.postgres import EmbeddedPostgres

FIRST_DELAY: Final = 0.5
LONGEST_DELAY: Final = 30.0
STEADY_SECONDS: Final = 20.0  # who ran this long is forgiven the deaths before
STOP_SECONDS: Final = 15.0


class Part(Protocol):
    """Something that runs, may die, and can be started again."""

    name: str

    def start(self) -> None:
        """Start it; raises Obstacle when it cannot be."""

    def death(self) -> str | None:
        """Answer how it died, None while it lives."""

    def stop(self) -> None:
        """Stop it and wait until it is gone."""


class Command:
    """A `manage.py` command as a child. Its output goes to a file."""

    def __init__(self, *, name: str, arguments: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        """Name it; `start` starts it."""
        self.name = name
        self.log = log
        self._arguments = [str(ROOT / "manage.py"), *arguments]
        self._env = env
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. It is killed with us: what it had not finished is made good by the next start."""
        if not self._child and self.log.exists():
            self.log.replace(self.log.with_name(self.log.name + ".1"))  # of the run before; none is kept longer
        with self.log.open("ab") as output:
            self._child = process.start(
                command=[sys.executable, *self._arguments],
                env=self._env,
                output=output,
                when_parent_dies=SIGKILL,
                cwd=ROOT,
            )

    def death(self) -> str | None:
        """Answer how it died, None while it lives."""
        return describe_exit(self._child.poll()) if self._child else "it was never started"

    def stop(self) -> None:
        """Ask it to stop; kill it when it does not listen."""
        if self._child:
            process.stop(child=self._child, steps=[(SIGTERM, STOP_SECONDS)])

    def last_words(self) -> str:
        """Answer the last line it wrote."""
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else "it said nothing"


class Database:
    """The embedded PostgreSQL as a part."""

    name = "database"

    def __init__(self, *, postgres: EmbeddedPostgres) -> None:
        """Take it, started or not."""
        self._postgres = postgres

    def start(self) -> None:
        """Start it."""
        self._postgres.start()

    def death(self) -> str | None:
        """Answer that it died, None while it lives."""
        return None if self._postgres.pid else "its process ended"

    def stop(self) -> None:
        """Stop it."""
        self._postgres.stop()


class Watched:
    """One part with the memory of its deaths."""

    def __init__(self, *, part: Part, say: Callable[[str], None]) -> None:
        """Take a part that is not started yet."""
        self.part = part
        self._say = say
        self._deaths = 0
        self._started_at = 0.0
        self._due_at: float | None = None

    def start(self, *, now: float) -> None:
        """Start the part."""
        self._started_at = now
        self.part.start()

    def check(self, *, now: float) -> None:
        """Start the part again if it died and its delay is over. `now` is monotonic, in seconds."""
        if self._due_at is None:
            how = self.part.death()
            if how:
                self._bury(how=how, now=now)
        elif now >= self._due_at:
            self._due_at = None
            try:
                self.start(now=now)
            except Obstacle as obstacle:
                self._bury(how=str(obstacle), now=now)

    def _bury(self, *, how: str, now: float) -> None:
        self._deaths = 1 if now - self._started_at > STEADY_SECONDS else self._deaths + 1
        delay = min(FIRST_DELAY * 2 ** (self._deaths - 1), LONGEST_DELAY)
        self._due_at = now + delay
        self._say(f"{self.part.name} died ({how}), starting it again in {delay:g} s")


class Household:
    """Parts in the order in which they are started; they are stopped backwards."""

    def __init__(self, *, say: Callable[[str], None]) -> None:
        """Start empty."""
        self._say = say
        self._watched: list[Watched] = []

    def add(self, part: Part) -> None:
        """Start a part and keep it from now on."""
        watched = Watched(part=part, say=self._say)
        self._watched.append(watched)
        watched.start(now=time.monotonic())

    def check(self) -> None:
        """Start again what died."""
        for watched in self._watched:
            watched.check(now=time.monotonic())

    def stop(self) -> None:
        """Stop all, the last started first; one that fails to stop keeps no other from stopping."""
        while self._watched:
            part = self._watched.pop().part
            try:
                part.stop()
            except OSError as error:
                self._say(f"{part.name} could not be stopped: {error}")


def describe_exit(status: int | None) -> str | None:
    """Say in words how a process ended; None while it runs."""
    if status is None:
        return None
    return f"killed by {Signals(-status).name}" if status < 0 else f"exit status {status}"
