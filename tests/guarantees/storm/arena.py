"""Everything that runs in a storm: database, bus, two servers, two workers, a proxy before each of them."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, Final
from urllib.parse import quote

from config.embedded.obstacles import Obstacle
from tests.guarantees.storm.machines import Bus, Clock, Database, Disk, Program, find_faketime
from tests.guarantees.storm.proxy import FaultProxy
from tests.guarantees.storm.schedule import BLOCK
from tests.serving import ROOT, Process, Server, free_port

SERVERS: Final = 2
WORKERS: Final = 2
DISK_MB: Final = 1_536
LOOK_S: Final = 0.25
PRODUCT: Final = ("-m", "tests.guarantees.storm.product")
SMALL: Final = {"min_wal_size": "64MB", "max_wal_size": "256MB"}  # so that a small disk holds it


class Arena:
    """Started by start(), and stopped whatever happened by stop()."""

    def __init__(
        self,
        *,
        folder: Path,
        rng: Random,
        settings: Sequence[tuple[str, str]] = (),
        redis: bool = False,
        keep: Path | None = None,
    ) -> None:
        """`folder` is empty, and PostgreSQL's user can reach it; `keep` is where logs outlive the arena.

        With `redis` the bus is Redis where there is one, else PostgreSQL.
        """
        self._settings = {**SMALL, **dict(settings)}
        self._keep = keep
        self._folder = folder
        data = folder / "data"
        data.mkdir()
        self.disk = Disk(folder=data, megabytes=DISK_MB)
        self.database = Database(folder=data)
        self.bus = Bus(wanted=redis)
        self.servers: list[Program] = []
        self.workers: list[Program] = []
        self.fronts: list[FaultProxy] = []
        self.backs: list[FaultProxy] = []
        self.buses: list[FaultProxy] = []
        self.clocks: list[Clock] = []
        self.died: dict[str, int] = {}
        self._rng = rng
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def programs(self) -> list[Program]:
        """Answer all processes of the product."""
        return [*self.servers, *self.workers]

    @property
    def proxies(self) -> list[FaultProxy]:
        """Answer every proxy."""
        return [*self.fronts, *self.backs, *self.buses]

    @property
    def doors(self) -> tuple[int, ...]:
        """Answer the ports that clients connect to."""
        return tuple(front.listen for front in self.fronts if isinstance(front.listen, int))

    @property
    def impossible(self) -> dict[str, str]:
        """Answer the faults that this machine cannot do, and why."""
        found = {"full disk": self.disk.reason} if self.disk.reason else {}
        if find_faketime() is None:
            found["clock jump"] = "libfaketime is not installed (Debian: apt-get install libfaketime)"
        if self.bus.reason:
            found |= {kind: self.bus.reason for kind in BLOCK if "redis" in kind}
        return found

    async def start(self) -> None:
        """Start everything."""
        await self.database.start()
        await self.bus.start()
        await self.database.set(**self._settings)
        await self._migrate()
        for number in range(SERVERS):
            self.servers.append(await self._make_server(number))
        for number in range(WORKERS):
            self.workers.append(await self._make_worker(number))
        await asyncio.gather(*(proxy.start() for proxy in self.proxies))
        await asyncio.gather(*(program.start() for program in self.programs))
        self._tasks = [asyncio.create_task(self._keep_up()), asyncio.create_task(self._measure())]

    async def stop(self) -> None:
        """Stop everything, the first started last."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(program.terminate() for program in self.programs))
        for proxy in self.proxies:
            await proxy.stop()
        await self.database.stop()
        await self.bus.kill()
        self.disk.close()

    def note(self, what: str) -> None:
        """Write down beside the processes' logs what was done when."""
        if self._keep is not None:
            with (self._keep / "faults.log").open("a") as file:
                file.write(f"{datetime.now(UTC).isoformat()} {what}\n")

    def heal(self) -> None:
        """Be a good network and tell the right time again."""
        for proxy in self.proxies:
            proxy.clear()
        for clock in self.clocks:
            clock.jump(0)

    async def _migrate(self) -> None:
        env = {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": self.database.dsn}
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, str(ROOT / "manage.py"), "migrate"),
            env={**env, "PATH": "/usr/bin:/bin"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await child.communicate()
        if child.returncode:
            raise Obstacle(f"the tables could not be made: {said.decode(errors='replace')[-500:]}")

    def _add_back(self, name: str) -> str:
        """Put a proxy between one process and the database; answer the DSN that leads through it."""
        folder = self._folder / name
        folder.mkdir()
        self.backs.append(FaultProxy(listen=folder / ".s.PGSQL.5432", target=self.database.socket, rng=self._rng))
        user, database = "yunke", "yunke"
        return f"postgresql://{user}@/{database}?host={quote(str(folder), safe='')}"

    def _add_bus(self) -> dict[str, str]:
        """Put a proxy between one process and Redis, if there is one; answer the environment that leads through it."""
        if self.bus.redis is None:
            return {}
        port = free_port()
        self.buses.append(FaultProxy(listen=port, target=self.bus.redis.port, rng=self._rng))
        return {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}

    async def _make_server(self, number: int) -> Program:
        dsn, port, front = self._add_back(f"s{number}"), free_port(), free_port()
        clock = Clock(file=self._folder / f"s{number}.clock")
        self.clocks.append(clock)
        self.fronts.append(FaultProxy(listen=front, target=port, rng=self._rng))
        env = {**clock.env, **self._add_bus()}

        def start() -> Process:
            return Server(dsn=dsn, port=port, program=PRODUCT, env=env)

        return Program(name=f"server {number + 1}", start=start, keep=self._keep)

    async def _make_worker(self, number: int) -> Program:
        dsn = self._add_back(f"w{number}")
        clock = Clock(file=self._folder / f"w{number}.clock")
        self.clocks.append(clock)
        env = {**clock.env, **self._add_bus()}

        def start() -> Process:
            return Process("work", dsn=dsn, program=PRODUCT, env=env)

        return Program(name=f"worker {number + 1}", start=start, keep=self._keep)

    async def _keep_up(self) -> None:
        """Start again what ended by itself: a server whose database was away at its start, PostgreSQL after a panic."""
        while True:
            await asyncio.sleep(LOOK_S)
            for program in self.programs:
                if program.has_died and not program.lock.locked():
                    async with program.lock:
                        await self._revive(program)
            if self.database.has_died and not self.database.lock.locked():
                self._note_death("database")
                async with self.database.lock:
                    await self.database.start()

    async def _revive(self, program: Program) -> None:
        if program.has_died:
            said = program.process.output().strip().splitlines()[-1:] if program.process else []
            self._note_death(f"{program.name}: {''.join(said)[-200:]}")
            await program.bury()
            await program.start()

    def _note_death(self, who: str) -> None:
        self.died[who] = self.died.get(who, 0) + 1

    async def _measure(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            for program in self.programs:
                program.measure()

    def describe(self) -> dict[str, Any]:
        """Answer what is worth knowing of the processes."""
        errors = {program.name: dict(program.errors.most_common(10)) for program in self.programs}
        return {
            "died_by_themselves": self.died,
            "failed_starts": {program.name: program.failed_starts for program in self.programs}
            | {"database": self.database.failed_starts},
            "errors_logged": errors,
        }
