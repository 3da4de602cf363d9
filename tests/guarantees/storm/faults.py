"""The faults of a storm: each breaks one thing for a while and puts it right. When which comes is in `schedule`."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

from tests.guarantees.storm.arena import Arena
from tests.guarantees.storm.machines import Database, Program, freeze
from tests.guarantees.storm.proxy import FaultProxy, Link, Way

LONGEST_DOWN_S: Final = 1.5
LONGEST_FREEZE_S: Final = 20.0
JUMPS_S: Final = (-3_600, -300, -20, 20, 45, 300, 3_600, 90_000)

Fault = Callable[[Arena, Random], Awaitable[None]]


def freeze_seconds(rng: Random) -> float:
    """Answer 1 to 20 s, mostly few."""
    return min(1.0 + rng.expovariate(1 / 4), LONGEST_FREEZE_S)


async def _crash(program: Program, rng: Random) -> None:
    async with program.lock:
        await program.kill()
        await asyncio.sleep(rng.uniform(0, LONGEST_DOWN_S))
        await program.start()


async def kill_server(arena: Arena, rng: Random) -> None:
    """SIGKILL a server."""
    await _crash(rng.choice(arena.servers), rng)


async def kill_worker(arena: Arena, rng: Random) -> None:
    """SIGKILL a worker."""
    await _crash(rng.choice(arena.workers), rng)


async def kill_backend(arena: Arena, rng: Random) -> None:
    """SIGKILL one session's process of PostgreSQL: it then ends all others and recovers."""
    async with arena.database.lock:
        while not (backends := await arena.database.get_backends()):  # noqa: ASYNC110 # only PostgreSQL knows
            await asyncio.sleep(0.1)
        with contextlib.suppress(ProcessLookupError):
            os.kill(rng.choice(backends), signal.SIGKILL)
        await asyncio.sleep(0.5)


async def kill_postmaster(arena: Arena, rng: Random) -> None:
    """SIGKILL PostgreSQL's first process: the others notice, or are found by the next start."""
    await _crash_database(arena.database, arena.database.kill_postmaster, rng)


async def kill_everything(arena: Arena, rng: Random) -> None:
    """SIGKILL all of PostgreSQL's processes at once."""
    await _crash_database(arena.database, arena.database.kill_everything, rng)


async def _crash_database(database: Database, kill: Callable[[], None], rng: Random) -> None:
    async with database.lock:
        kill()
        await database.wait_for_end()
        await asyncio.sleep(rng.uniform(0, LONGEST_DOWN_S))
        await database.start()


async def kill_redis(arena: Arena, rng: Random) -> None:
    """SIGKILL Redis; it comes back empty."""
    async with arena.bus.lock:
        await arena.bus.kill()
        await asyncio.sleep(rng.uniform(0, LONGEST_DOWN_S))
        await arena.bus.start()


async def flush_redis(arena: Arena, _: Random) -> None:
    """FLUSHALL."""
    async with arena.bus.lock:
        await arena.bus.flush()


async def stop_server(arena: Arena, rng: Random) -> None:
    """SIGSTOP a server for a while."""
    await _freeze(rng.choice(arena.servers), rng)


async def stop_worker(arena: Arena, rng: Random) -> None:
    """SIGSTOP a worker for a while, perhaps in the middle of a page."""
    await _freeze(rng.choice(arena.workers), rng)


async def _freeze(program: Program, rng: Random) -> None:
    async with program.lock:
        await program.freeze(freeze_seconds(rng))


async def stop_backend(arena: Arena, rng: Random) -> None:
    """SIGSTOP one session's process of PostgreSQL, perhaps one that holds locks."""
    async with arena.database.lock:
        backends = await arena.database.get_backends()
        if backends:
            await freeze(rng.choice(backends), freeze_seconds(rng))


async def restart_in_turn(arena: Arena, rng: Random) -> None:
    """SIGTERM to every process, one after the other, each back before the next goes."""
    programs = arena.programs
    rng.shuffle(programs)
    for program in programs:
        async with program.lock:
            await program.terminate()
            await program.start()


async def fill_disk(arena: Arena, rng: Random) -> None:
    """Leave the database no room for a while."""
    async with arena.database.lock:
        await asyncio.to_thread(arena.disk.fill)
        await asyncio.sleep(rng.uniform(1, 4))
        arena.disk.clear()
        if arena.database.has_died:
            await arena.database.start()


async def jump_clock(arena: Arena, rng: Random) -> None:
    """Set one process's clock wrong for a while."""
    clock = rng.choice(arena.clocks)
    clock.jump(rng.choice(JUMPS_S))
    await asyncio.sleep(rng.uniform(2, 10))
    clock.jump(0)


def _weather(choose: Callable[[Arena], list[FaultProxy]], name: str) -> dict[str, Fault]:
    """Answer what can befall the links through these proxies."""

    async def reset(arena: Arena, rng: Random) -> None:
        rng.choice(choose(arena)).reset_all()
        await asyncio.sleep(0)

    async def shut(arena: Arena, rng: Random) -> None:
        with _worse(rng.choice(choose(arena))) as proxy:
            proxy.shut = True
            proxy.close_all()
            await asyncio.sleep(rng.uniform(1, 6))

    async def delay(arena: Arena, rng: Random) -> None:
        with _worse(rng.choice(choose(arena))) as proxy:
            proxy.delay_s = rng.uniform(0.02, 0.4)
            await asyncio.sleep(rng.uniform(2, 10))

    async def trickle(arena: Arena, rng: Random) -> None:
        with _worse(rng.choice(choose(arena))) as proxy:
            proxy.trickling = True
            await asyncio.sleep(rng.uniform(2, 10))

    async def half_open(arena: Arena, rng: Random) -> None:
        await _lose(rng.choice(choose(arena)), rng, "in", "out")

    return {
        f"{name}: reset": reset,
        f"{name}: shut": shut,
        f"{name}: delay": delay,
        f"{name}: trickle": trickle,
        f"{name}: half-open": half_open,
    }


@contextmanager
def _worse(proxy: FaultProxy) -> Iterator[FaultProxy]:
    try:
        yield proxy
    finally:
        proxy.clear()


async def _lose(proxy: FaultProxy, rng: Random, *ways: Way) -> None:
    """Let what is on open links vanish; after a long while the other side's machine is back, and says so."""
    links: list[Link] = proxy.lose(*ways)
    await asyncio.sleep(rng.uniform(5, 30))
    for link in links:
        link.reset()


async def cut_acks(arena: Arena, rng: Random) -> None:
    """Let everything vanish that a server answers on the sockets that are open now."""
    await _lose(rng.choice(arena.fronts), rng, "out")


FAULTS: Final[dict[str, Fault]] = {
    "kill server": kill_server,
    "kill worker": kill_worker,
    "kill backend": kill_backend,
    "kill postmaster": kill_postmaster,
    "kill everything": kill_everything,
    "kill redis": kill_redis,
    "flush redis": flush_redis,
    "stop server": stop_server,
    "stop worker": stop_worker,
    "stop backend": stop_backend,
    "rolling restart": restart_in_turn,
    "full disk": fill_disk,
    "clock jump": jump_clock,
    "clients: acks cut": cut_acks,
    **_weather(lambda arena: arena.fronts, "clients"),
    **_weather(lambda arena: arena.backs, "database"),
    **_weather(lambda arena: arena.buses, "redis"),
}
