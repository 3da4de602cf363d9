"""One replay from sign-up to report, against a server that runs."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from config.embedded.replay.again import Rereading
from config.embedded.replay.book import Book
from config.embedded.replay.companies import sign_up_many
from config.embedded.replay.database import check_tables
from config.embedded.replay.dialogues import Library
from config.embedded.replay.findings import Findings
from config.embedded.replay.pace import Pace
from config.embedded.replay.play import Stage
from config.embedded.replay.progress import Progress
from config.embedded.replay.report import Report
from config.embedded.replay.scene import Scene
from config.embedded.replay.site import Site
from config.embedded.replay.tally import Tally
from config.embedded.replay.web import Web

SHOW_S: Final = 0.1


@dataclass(frozen=True, slots=True)
class Plan:
    """What to play where. `dsn` is the server's database, None if it may not be looked at."""

    library: Library
    platform: Site
    dsn: str | None
    tenants: int
    concurrency: int
    speed: float | None


async def replay(*, plan: Plan, between: Callable[[], None] | None = None) -> Report:
    """Play and check; `between` is called after the playing (tests break something there). Raises Obstacle."""
    tally, findings, web = Tally(), Findings(), Web()
    try:
        companies = await sign_up_many(web=web, platform=plan.platform, count=plan.tenants)
        book = Book(run=secrets.token_hex(6), companies=companies, dialogues=plan.library.dialogues)
        scene = Scene(book, web, tally, findings)
        await _play(plan, scene)
        if between is not None:
            between()
        started = time.monotonic()
        await _check(plan, scene)
    finally:
        await web.close()
    return Report(
        library=plan.library,
        tally=tally,
        findings=findings,
        tenants=plan.tenants,
        concurrency=plan.concurrency,
        speed=plan.speed,
        with_tables=plan.dsn is not None,
        check_seconds=time.monotonic() - started,
    )


async def _play(plan: Plan, scene: Scene) -> None:
    stage = Stage(scene=scene, pace=Pace(speed=plan.speed))
    tally, findings = scene.tally, scene.findings
    for agent in stage.agents:
        await agent.session.begin()
    progress = Progress(title="playing ", total=plan.library.messages, unit="messages")
    async with _shown(progress, lambda: tally.messages):
        await stage.play(at_once=plan.concurrency)
    for code, count in tally.refused.items():
        findings.add(kind="refused", key=code, detail=f"the server refused {count:,} frames: {code}")


async def _check(plan: Plan, scene: Scene) -> None:
    read = 0

    def count(sides: int) -> None:
        nonlocal read
        read += sides

    progress = Progress(title="checking", total=2 * len(scene.book.talks), unit="sides of dialogues")
    async with _shown(progress, lambda: read):
        await Rereading(scene=scene, done=count).read()
    if plan.dsn is not None:
        await asyncio.to_thread(check_tables, dsn=plan.dsn, book=scene.book, findings=scene.findings)


@asynccontextmanager
async def _shown(progress: Progress, get_done: Callable[[], int]) -> AsyncIterator[None]:
    """Keep the bar moving while the block runs."""

    async def draw() -> None:
        while True:
            await asyncio.sleep(SHOW_S)
            progress.show(get_done())

    drawing = asyncio.create_task(draw())
    try:
        yield
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)
        progress.end(get_done())
