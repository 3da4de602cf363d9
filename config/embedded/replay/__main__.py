"""`./dev replay`: what the person at the terminal may say, and what comes back."""

import argparse
import asyncio
import importlib
import json
import math
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from config.embedded.obstacles import Obstacle
from config.embedded.replay.dialogues import read_files
from config.embedded.replay.own import dsn_of, keep_up, own_stack
from config.embedded.replay.report import Report
from config.embedded.replay.run import Plan, replay
from config.embedded.replay.site import LOCAL, Site, read_site

IN_THE_WAY: Final = 2
INTERRUPTED: Final = 130
EPILOG: Final = """FILE has one dialogue a line, plain or packed with gzip:
{"id": "1", "messages": [{"from": "customer"|"agent", "text": "...", "at": unix seconds or null}]}
Exit status: 0 all is well, 1 something was lost, doubled, mixed up or seen by the wrong people, 2 it cannot run."""


def main(arguments: list[str]) -> int:
    """Replay; answer the exit status."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        report = _replay(options)
    except Obstacle as obstacle:
        print(f"./dev replay: {obstacle}", file=sys.stderr, flush=True)
        return IN_THE_WAY
    except KeyboardInterrupt:
        print("\n./dev replay: stopped", file=sys.stderr, flush=True)
        return INTERRUPTED
    print(report.as_text(), flush=True)
    return report.status


def _replay(options: argparse.Namespace) -> Report:
    library = read_files(paths=options.files)
    if options.json:
        _write(options.json, "")  # better now than after the work

    def plan(platform: Site, dsn: str | None) -> Plan:
        return Plan(library, platform, dsn, options.tenants, options.concurrency, options.speed)

    if options.url:
        report = _run(plan(read_site(url=options.url), os.environ.get("DATABASE_URL")))
    else:
        with own_stack(say=_say) as stack:
            keeping: Any = keep_up(stack=stack)
            report = _run(plan(Site("http", LOCAL, stack.port), dsn_of(stack=stack)), keeping)
    if options.json:
        _write(options.json, json.dumps(report.as_json(), indent=2, ensure_ascii=False) + "\n")
    return report


def _run(plan: Plan, beside: Any = None) -> Report:
    """Replay on the fastest event loop that is here, with something running beside it."""

    async def both() -> Report:
        task = asyncio.ensure_future(beside) if beside is not None else None
        try:
            return await replay(plan=plan)
        finally:
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(both())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        factory: Callable[[], asyncio.AbstractEventLoop] = importlib.import_module("uvloop").new_event_loop
    except ImportError:  # not on every platform
        return None
    return factory


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise Obstacle(f"cannot write {path}: {error.strerror}") from None


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev replay",
        description="Play recorded dialogues as visitors and agents over real sockets, then look for what was lost.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="dialogues, one a line")
    parser.add_argument("--tenants", type=_count, default=20, metavar="N", help="companies to sign up (20)")
    parser.add_argument(
        "--speed", type=_speed, default=None, metavar="X", help="recorded times divided by X, or max: do not wait (max)"
    )
    parser.add_argument("--concurrency", type=_count, default=64, metavar="N", help="dialogues at once (64)")
    parser.add_argument("--url", metavar="U", help="a Yunke that runs; without it one is started, and gone afterwards")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the report for programs")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 10000")
    return int(text)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not math.isfinite(speed) or speed <= 0:
        raise argparse.ArgumentTypeError(f"{text} is neither max nor a number above 0, such as 10")
    return speed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
