"""What a storm breaks: programs that can be killed, stopped and started again, and what they need of this machine."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

import psycopg

from config.embedded.obstacles import Obstacle
from config.embedded.postgres import EmbeddedPostgres
from tests.redis_server import Redis, ensure_redis
from tests.serving import Process

T = TypeVar("T")
PAUSE_S: Final = 0.3
PATIENCE_S: Final = 300.0
ENDS_S: Final = 20.0
LIBRARIES: Final = ("*/faketime/libfaketime.so.1", "faketime/libfaketime.so.1")


class Program:
    """One process of the product. Whoever holds `lock` breaks it or starts it; nobody else touches it meanwhile."""

    def __init__(self, *, name: str, start: Callable[[], Process], keep: Path | None) -> None:
        """`start` blocks until it runs; it may fail while what it needs is away. `keep` takes all that it writes."""
        self._keep = keep
        self.name = name
        self.lock = asyncio.Lock()
        self.process: Process | None = None
        self.failed_starts = 0
        self.most_memory = 0
        self.errors: Counter[str] = Counter()
        self._start = start

    async def start(self) -> None:
        """Start it, however often that takes."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.process = await asyncio.to_thread(self._start)
            except AssertionError:
                self.failed_starts += 1
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(PAUSE_S)
            else:
                return

    @property
    def has_died(self) -> bool:
        """Tell whether it ended by itself."""
        return self.process is not None and self.process.popen.poll() is not None

    async def bury(self) -> None:
        """Forget a process that has ended; remember the errors it wrote down."""
        process, self.process = self.process, None
        if process is not None:
            self._count(process)
            await asyncio.to_thread(process.__exit__)

    async def kill(self) -> None:
        """Let it crash."""
        if self.process is not None:
            await asyncio.to_thread(self.process.kill)
            await self.bury()

    async def terminate(self) -> None:
        """Ask it to end, and see that it does."""
        if self.process is not None:
            self.process.terminate()
            try:
                await asyncio.to_thread(self.process.popen.wait, ENDS_S)
            except subprocess.TimeoutExpired:
                self.errors["it did not end when asked"] += 1
            await self.bury()

    async def freeze(self, seconds: float) -> None:
        """Stop it for a while, as a machine does that swaps or is moved."""
        if self.process is not None:
            await freeze(self.process.popen.pid, seconds)

    def measure(self) -> None:
        """Remember its memory."""
        with contextlib.suppress(OSError, IndexError):
            if self.process is not None:
                self.most_memory = max(self.most_memory, self.process.memory)

    def _count(self, process: Process) -> None:
        said = process.output()
        if self._keep is not None:
            with (self._keep / f"{self.name.replace(' ', '-')}.log").open("a") as file:
                file.write(said)
        for line in said.splitlines():
            with contextlib.suppress(ValueError):
                said = json.loads(line)
                if isinstance(said, dict) and said.get("level") in {"error", "critical"}:
                    self.errors[f"{said.get('event')}: {_last_line(said.get('exception', ''))}"[:160]] += 1


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


async def freeze(pid: int, seconds: float) -> None:
    """SIGSTOP, a while, SIGCONT."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(seconds)
        finally:
            os.kill(pid, signal.SIGCONT)


class Database:
    """The embedded PostgreSQL, with all its processes at our mercy. It lives in one thread, as it must."""

    def __init__(self, *, folder: Path) -> None:
        """Start nothing yet."""
        self.lock = asyncio.Lock()
        self.failed_starts = 0
        self._postgres = EmbeddedPostgres(data_dir=folder)
        self._hands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="postgres")

    @property
    def dsn(self) -> str:
        """Answer where it is without a proxy."""
        return self._postgres.dsn

    @property
    def socket(self) -> Path:
        """Answer its Unix socket."""
        return Path(str(psycopg.conninfo.conninfo_to_dict(self.dsn)["host"])) / ".s.PGSQL.5432"

    @property
    def has_died(self) -> bool:
        """Tell whether its postmaster has ended."""
        return self._postgres.pid is None

    async def start(self) -> None:
        """Start it, however often that takes: what it left behind may need a moment to go."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                await self._run(self._postgres.start)
            except (Obstacle, OSError, psycopg.Error):
                self.failed_starts += 1
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(PAUSE_S)
            else:
                return

    async def stop(self) -> None:
        """Stop it in order."""
        await self._run(self._postgres.stop)
        self._hands.shutdown()

    async def set(self, **settings: str) -> None:
        """Change settings for good and let them take effect."""

        def change() -> None:
            with psycopg.connect(self._postgres.admin_dsn, autocommit=True) as connection:
                for name, value in settings.items():
                    connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
                connection.execute("SELECT pg_reload_conf()")

        await asyncio.to_thread(change)

    def kill_postmaster(self) -> None:
        """SIGKILL to the postmaster alone: its backends notice, or are found by the next start."""
        self._kill(self._postgres.pid)

    def kill_everything(self) -> None:
        """SIGKILL to the postmaster and all its processes, as when the machine loses its power but not its disk."""
        pid = self._postgres.pid
        family = [pid, *self._children(pid)] if pid else []
        for one in family:
            self._kill(one)

    async def wait_for_end(self) -> None:
        """Wait until the postmaster is gone."""
        while not self.has_died:  # noqa: ASYNC110 # a process has no event to wait for
            await asyncio.sleep(0.02)

    async def get_backends(self) -> list[int]:
        """Answer the process ids of the product's sessions; none while it does not answer."""

        def ask() -> list[int]:
            query = "SELECT pid FROM pg_stat_activity WHERE datname = 'yunke' AND application_name LIKE 'yunke-test-%'"
            with psycopg.connect(self._postgres.admin_dsn, connect_timeout=5) as connection:
                return [pid for (pid,) in connection.execute(query).fetchall()]

        try:
            return await asyncio.to_thread(ask)
        except psycopg.Error:
            return []

    @staticmethod
    def _kill(pid: int | None) -> None:
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @staticmethod
    def _children(pid: int) -> list[int]:
        said = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in said.read_text().split()] if said.exists() else []

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._hands, work)


class Bus:
    """The Redis that carries hints, where the storm has one; otherwise PostgreSQL does. `reason` says why not."""

    def __init__(self, *, wanted: bool) -> None:
        """Start nothing yet."""
        self.lock = asyncio.Lock()
        program = ensure_redis() if wanted else None
        self.redis = Redis(program=program) if program else None
        self.reason = ""
        if not wanted:
            self.reason = "this round's bus is PostgreSQL's"
        elif program is None:
            self.reason = "there is no redis-server (Debian: apt-get install redis-server)"

    async def start(self) -> None:
        """Start it."""
        if self.redis is not None:
            await asyncio.to_thread(self.redis.start)

    async def kill(self) -> None:
        """SIGKILL."""
        if self.redis is not None:
            await asyncio.to_thread(self.redis.kill)

    async def flush(self) -> None:
        """FLUSHALL."""
        if self.redis is not None:
            await asyncio.to_thread(self.redis.flush)


class Disk:
    """A small tmpfs under the database, so that it can be filled. Needs root; `reason` says why there is none."""

    def __init__(self, *, folder: Path, megabytes: int) -> None:
        """Mount it where that is allowed."""
        self._folder = folder
        self._filler = folder / "filler"
        self.reason = "" if os.geteuid() == 0 else "only root may mount a small disk"
        if not self.reason:
            command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(folder)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.reason = done.stderr.strip() if done.returncode else ""

    def fill(self) -> None:
        """Leave not a byte."""
        with contextlib.suppress(OSError), self._filler.open("ab") as file:  # closing it may fail, too
            while True:
                file.write(bytes(1_048_576))
                file.flush()

    def clear(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount it."""
        if not self.reason:
            subprocess.run(["umount", "--lazy", str(self._folder)], capture_output=True, check=False)


class Clock:
    """The wall clock of one process, by Debian's libfaketime; the monotonic clock stays true."""

    def __init__(self, *, file: Path) -> None:
        """The clock is right until `jump`."""
        self._file = file
        self._library = find_faketime()
        self.jump(0)

    @property
    def env(self) -> dict[str, str]:
        """Answer what the process must find in its environment."""
        if self._library is None:
            return {}
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }

    def jump(self, seconds: int) -> None:
        """Be wrong by so much from now on."""
        half = self._file.with_suffix(".half")
        half.write_text(f"{seconds:+d}\n")
        half.replace(self._file)


def find_faketime() -> Path | None:
    """Answer the library, if it is here."""
    return next((path for pattern in LIBRARIES for path in Path("/usr/lib").glob(pattern)), None)
