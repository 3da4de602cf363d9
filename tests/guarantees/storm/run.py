"""One storm from an empty folder to its judgement."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any, Final

from config.embedded.lodging import temporary_folder
from config.embedded.replay.book import Company
from config.embedded.replay.companies import sign_up_many
from config.embedded.replay.site import LOCAL, Site
from config.embedded.replay.tally import Tally, percentile
from config.embedded.replay.web import Web
from tests.guarantees.storm import reading
from tests.guarantees.storm.arena import Arena
from tests.guarantees.storm.checker import HEALED_WITHIN_S, Finding, judge
from tests.guarantees.storm.faults import FAULTS
from tests.guarantees.storm.history import History
from tests.guarantees.storm.people import PATIENCE_S, Agent, Stage, Visitor
from tests.guarantees.storm.schedule import KILLS, Planned, plan

LOOK_S: Final = 0.5
GIVES_UP_S: Final = 3 * HEALED_WITHIN_S
PAUSE_S: Final = 1.6
CONNECTIONS: Final = 40
ANSWER_S: Final = 10.0

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Storm:
    """What to do: `seconds` of faults, one every `every_s`, drawn by `seed`.

    `only` these kinds, if there are any; `settings` of PostgreSQL that a storm is to find out about. With `redis` the
    bus is Redis, without it PostgreSQL.
    """

    seed: int
    seconds: float
    every_s: float = 6.0
    tenants: int = 8
    visitors: int = 5
    pause_s: float = PAUSE_S
    only: frozenset[str] = frozenset()
    settings: tuple[tuple[str, str], ...] = ()
    gives_up_s: float = GIVES_UP_S
    redis: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of it."""

    storm: Storm
    history: History
    findings: list[Finding]
    faults: Counter[str]
    impossible: dict[str, str]
    tally: Tally
    said_again: int
    unexpected: dict[str, int]
    arena: dict[str, Any]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Answer everything in plain types."""
        operations = self.history.operations
        latencies = sorted(self.tally.latencies)
        kinds = Counter(finding.kind for finding in self.findings)
        return {
            "seed": self.storm.seed,
            "seconds": round(self.seconds, 1),
            "bus": "postgres" if any("redis" in kind for kind in self.impossible) else "redis",
            "clients": self.storm.tenants * (self.storm.visitors + 1),
            "faults": self.faults.total(),
            "kills": sum(count for kind, count in self.faults.items() if kind in KILLS),
            "faults_by_kind": dict(sorted(self.faults.items())),
            "not_possible_here": self.impossible,
            "operations": len(operations),
            "acks": sum(len(operation.seqs) for operation in operations),
            "resends": self.tally.resends + self.said_again,
            "unknown_at_the_end": sum(not operation.seqs for operation in operations),
            "reconnects": self.tally.reconnects,
            "events_heard": sum(len(copy.seen) for copy in self.history.copies),
            "healed_s": round(self.history.healed_s, 1),
            "ack_p50_ms": round(percentile(values=latencies, share=0.5) * 1000, 1),
            "ack_p99_ms": round(percentile(values=latencies, share=0.99) * 1000, 1),
            "memory_mb": {name: peak // 1_048_576 for name, peak in self.history.memory.items()},
            "answers_unexpected": self.unexpected,
            **self.arena,
            "lost": kinds["lost"],
            "duplicated": kinds["duplicated"] + kinds["repeated"],
            "reordered": kinds["reordered"],
            "findings": dict(kinds),
            "details": [f"{finding.kind}: {finding.detail}" for finding in self.findings[:20]],
        }


@dataclass(slots=True)
class _Cast:
    """Everybody who takes part."""

    agents: list[Agent] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)

    async def leave(self) -> None:
        await asyncio.gather(*(person.leave() for person in [*self.agents, *self.visitors]))


async def weather(*, storm: Storm, say: Say, keep: Path | None = None) -> Outcome:
    """Let a storm pass over an arena of its own; answer what came of it. `keep` takes the processes' logs."""
    with temporary_folder() as folder:
        arena = Arena(folder=folder, rng=Random(storm.seed), settings=storm.settings, redis=storm.redis, keep=keep)
        try:
            outcome = await _in_arena(storm, arena, say)
        finally:
            await arena.stop()
        outcome.arena = arena.describe()  # what processes wrote down is known when they have ended
        return outcome


async def _in_arena(storm: Storm, arena: Arena, say: Say) -> Outcome:
    say(f"seed {storm.seed}: starting")
    await arena.start()
    stage = Stage(
        web=Web(connections=CONNECTIONS, answer_s=ANSWER_S, patience_s=PATIENCE_S),
        history=History(),
        tally=Tally(),
        pause_s=storm.pause_s,
    )
    cast = _Cast()
    try:
        await _assemble(storm, arena, stage, cast)
        began = time.monotonic()
        faults = await _rage(storm, arena, stage, cast, say)
        seconds = time.monotonic() - began
    finally:
        stage.ending.set()
        await cast.leave()
        await stage.web.close()
    history = stage.history
    history.memory = {program.name: program.most_memory for program in arena.programs}
    return Outcome(
        storm=storm,
        history=history,
        findings=await asyncio.to_thread(judge, history=history),
        faults=faults,
        impossible=arena.impossible,
        tally=stage.tally,
        said_again=stage.said_again,
        unexpected=stage.unexpected,
        arena={},
        seconds=seconds,
    )


async def _assemble(storm: Storm, arena: Arena, stage: Stage, cast: _Cast) -> None:
    """Sign companies up and bring everybody in, while nothing is broken yet."""
    platform = Site("http", LOCAL, 80, arena.doors)
    companies = await sign_up_many(web=stage.web, platform=platform, count=storm.tenants)
    rng = Random(storm.seed + 1)
    for company in companies:
        company.site = replace(company.site, doors=arena.doors)
    await asyncio.gather(*(_bring_in(storm, company, stage, cast, Random(rng.random())) for company in companies))


async def _bring_in(storm: Storm, company: Company, stage: Stage, cast: _Cast, rng: Random) -> None:
    agent = Agent(who="agent", company=company, stage=stage, rng=Random(rng.random()))
    cast.agents.append(agent)
    await agent.sign_in()
    visitors = [
        Visitor(who=f"visitor {n + 1}", company=company, stage=stage, rng=Random(rng.random()))
        for n in range(storm.visitors)
    ]
    cast.visitors.extend(visitors)
    await asyncio.gather(*(visitor.arrive() for visitor in visitors))
    await agent.arrive([visitor.conversation for visitor in visitors])


async def _rage(storm: Storm, arena: Arena, stage: Stage, cast: _Cast, say: Say) -> Counter[str]:
    """Let everybody talk while things break; then let everything heal and measure how long that takes."""
    playing = asyncio.gather(*(person.play() for person in [*cast.visitors, *cast.agents]))
    faults: Counter[str] = Counter()
    planned = plan(
        seed=storm.seed,
        seconds=storm.seconds,
        every_s=storm.every_s,
        without=frozenset(arena.impossible),
        only=storm.only,
    )
    say(f"seed {storm.seed}: {len(planned)} faults in {storm.seconds:.0f} s")
    try:
        await _break(planned, arena, faults, playing, stage, say)
        arena.heal()
        stage.ending.set()
        await _heal(arena, stage, playing, time.monotonic() + storm.gives_up_s)
    finally:
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
    return faults


async def _break(
    planned: list[Planned],
    arena: Arena,
    faults: Counter[str],
    playing: "asyncio.Future[Any]",
    stage: Stage,
    say: Say,
) -> None:
    began = time.monotonic()
    running: set[asyncio.Task[None]] = set()
    for number, fault in enumerate(planned, start=1):
        pause = asyncio.create_task(asyncio.sleep(max(began + fault.at - time.monotonic(), 0)))
        await asyncio.wait({pause, playing}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
        running.add(asyncio.create_task(_do(fault, arena, faults)))
        if number % 20 == 0:
            acks = sum(len(operation.seqs) for operation in stage.history.operations)
            say(f"{time.monotonic() - began:6.0f} s: {faults.total()} faults, {acks:,} acks")
    await asyncio.gather(*running)


async def _do(fault: Planned, arena: Arena, faults: Counter[str]) -> None:
    arena.note(f"{fault.kind} begins")
    await FAULTS[fault.kind](arena, Random(fault.seed))
    faults[fault.kind] += 1
    arena.note(f"{fault.kind} is over")


async def _heal(arena: Arena, stage: Stage, playing: "asyncio.Future[Any]", gives_up: float) -> None:
    """Wait until every message is acked, every effect is there and every copy is whole; then write all that down."""
    dsn, history = arena.database.dsn, stage.history
    schemas = reading.read_schemas(dsn=dsn)
    calm = time.monotonic()
    while time.monotonic() < gives_up:
        await asyncio.wait({playing}, timeout=LOOK_S)
        if playing.done() and await asyncio.to_thread(_have_all, dsn, schemas, history):
            break
    history.healed_s = time.monotonic() - calm
    await asyncio.to_thread(reading.read_truth, dsn=dsn, schemas=schemas, history=history)


def _have_all(dsn: str, schemas: dict[str, str], history: History) -> bool:
    """Tell whether the worker and every reader have everything that is on the logs, and write nothing more there."""
    if reading.count_behind(dsn=dsn, schemas=schemas):
        return False
    heads = reading.read_heads(dsn=dsn, schemas=schemas)
    whole = all(copy.last >= heads.get((copy.tenant, copy.topic), 0) for copy in history.copies)
    return whole and not reading.count_missing_effects(dsn=dsn, schemas=schemas)


def new_seed() -> int:
    """Answer a seed that nobody has chosen."""
    return secrets.randbelow(1_000_000)
