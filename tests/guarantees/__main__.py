"""`./dev guarantees`: what the person at the terminal may say, and what comes back."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Final

from config.embedded.obstacles import Obstacle
from tests.guarantees.storm.report import add_up, as_text
from tests.guarantees.storm.run import Storm, new_seed, weather

KEPT, BROKEN, IN_THE_WAY = 0, 1, 2
EPILOG: Final = """An hour in three rounds: ./dev guarantees --json storm.json
Exit status: 0 every promise was kept, 1 one was not, 2 it cannot run."""


def main(arguments: list[str]) -> int:
    """Answer the exit status."""
    options = _options(arguments)
    try:
        total = add_up(rounds=_storm(options))
    except Obstacle as obstacle:
        _say(f"./dev guarantees: {obstacle}")
        return IN_THE_WAY
    print(as_text(total=total), flush=True)  # noqa: T201 - it talks to the person at the terminal
    if options.json:
        options.json.write_text(json.dumps(total, indent=2, ensure_ascii=False) + "\n")
    return BROKEN if total["findings"] else KEPT


def _storm(options: argparse.Namespace) -> list[dict[str, Any]]:
    first = new_seed() if options.seed is None else options.seed
    seconds = options.minutes * 60 / options.rounds
    storms = [
        Storm(first + n, seconds, options.every, options.tenants, options.visitors) for n in range(options.rounds)
    ]
    return [asyncio.run(weather(storm=storm, say=_say, keep=options.logs)).as_json() for storm in storms]


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev guarantees",
        description="Break everything that can break while many clients talk, then look for what was lost.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=60, help="of faults, all rounds together (60)")
    parser.add_argument("--rounds", type=int, default=3, help="each with a seed and a database of its own (3)")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the others follow (random)")
    parser.add_argument("--every", type=float, default=6.0, metavar="S", help="seconds between two faults (6)")
    parser.add_argument("--tenants", type=int, default=8, metavar="N", help="companies (8)")
    parser.add_argument("--visitors", type=int, default=7, metavar="N", help="visitors of each, beside an agent (7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the report for programs")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="where to keep what the processes wrote")
    return parser.parse_args(arguments)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - it talks to the person at the terminal


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
