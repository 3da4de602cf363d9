"""`./dev guarantees`: what the person at the terminal may say, and what comes back."""

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from config.embedded.obstacles import Obstacle
from tests.guarantees.storm.report import add_up, as_text
from tests.guarantees.storm.run import Storm, new_seed, weather

KEPT, BROKEN, IN_THE_WAY, INTERRUPTED = 0, 1, 2, 130
FRAMES: Final = 100_000
EPILOG: Final = """WHAT is
  storm      faults of every kind while clients talk; then everything is compared with everything (the default)
  deaf       200 sockets that never read while 10,000 events come to each
  malformed  100,000 generated frames that are wrong in every way
  overload   five times as much as the server can do
  flood      one tenant over 2,000 sockets, and what a quiet one notices
  webhooks   20,000 events (--events) to ten partners who do everything wrong; workers and PostgreSQL die meanwhile
  routing    50 agents who come, go, decline and accept too late, 2,000 conversations, workers killed with -9
  figures    write the figures of --json FILE into docs/guarantees.md

An hour in three rounds: ./dev guarantees --json figures.json   (each WHAT is kept in the same file under its name)
Exit status: 0 every promise was kept, 1 one was not, 2 it cannot run."""


def main(arguments: list[str]) -> int:
    """Answer the exit status."""
    options = _options(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whatever was started is then stopped, too
    if options.what == "figures":
        return _write_figures(options.json)
    try:
        if options.logs:
            options.logs.mkdir(parents=True, exist_ok=True)
        kinds = {"storm": _storm, "routing": _route, "webhooks": _tell_partners}
        said = kinds.get(options.what, _try_out)(options)
    except Obstacle as obstacle:
        _say(f"./dev guarantees: {obstacle}")
        return IN_THE_WAY
    except KeyboardInterrupt:
        _say("./dev guarantees: stopped")
        return INTERRUPTED
    if options.json:
        _keep(options.json, options.what, said)
    return KEPT if said["kept"] else BROKEN


def _storm(options: argparse.Namespace) -> dict[str, Any]:
    first = new_seed() if options.seed is None else options.seed
    seconds = options.minutes * 60 / options.rounds
    storms = [
        Storm(
            first + n,
            seconds,
            options.every,
            options.tenants,
            options.visitors,
            redis=options.bus == "redis" or (options.bus == "both" and n % 2 == 0),
        )
        for n in range(options.rounds)
    ]
    rounds = [asyncio.run(weather(storm=storm, say=_say, keep=options.logs)).as_json() for storm in storms]
    total = add_up(rounds=[*_earlier_rounds(options), *rounds])
    _tell(as_text(total=total))
    return total


def _earlier_rounds(options: argparse.Namespace) -> list[dict[str, Any]]:
    """Answer the rounds that are added to."""
    known = json.loads(options.json.read_text()) if options.more and options.json and options.json.exists() else {}
    rounds: list[dict[str, Any]] = known.get("storm", {}).get("rounds", [])
    return rounds


def _try_out(options: argparse.Namespace) -> dict[str, Any]:
    """Run one trial in a house of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django  # noqa: PLC0415 - a storm leaves Django to its processes

    django.setup()
    from tests.guarantees.trials import deaf, load, malformed  # noqa: PLC0415 - only after django.setup()
    from tests.guarantees.trials.house import house, open_shop  # noqa: PLC0415 - only after django.setup()

    with house(worker=options.what == "flood") as server:
        shops = [open_shop() for _ in range(10 if options.what == "overload" else 2)]
        first = new_seed() if options.seed is None else options.seed
        trials: dict[str, Callable[[], dict[str, Any]]] = {
            "deaf": lambda: asyncio.run(deaf.trial(server=server, shop=shops[0], other=shops[1], size=deaf.Size())),
            "malformed": lambda: malformed.trial(
                server=server, shop=shops[0], other=shops[1], frames=FRAMES, first_seed=first
            ),
            "overload": lambda: asyncio.run(load.overload(server=server, shops=shops, size=load.Size())),
            "flood": lambda: asyncio.run(load.flood(server=server, loud=shops[0], quiet=shops[1], size=load.Size())),
        }
        said = trials[options.what]()
    _tell("\n".join(f"  {name.replace('_', ' '):<24} {value}" for name, value in said.items()))
    return said


def _route(options: argparse.Namespace) -> dict[str, Any]:
    """Let conversations be handed out while everything goes wrong."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django  # noqa: PLC0415 - a storm leaves Django to its processes

    django.setup()
    from tests.database import fresh_database  # noqa: PLC0415 - only after django.setup()
    from tests.guarantees.routing.trial import Size, add_agent, trial  # noqa: PLC0415 - only after django.setup()
    from tests.guarantees.trials.house import open_shop  # noqa: PLC0415 - only after django.setup()

    with fresh_database() as dsn:
        shop = open_shop()
        seed = new_seed() if options.seed is None else options.seed
        said = trial(
            dsn=dsn, shop=shop, make=lambda number: add_agent(shop=shop, number=number), size=Size(), seed=seed
        )
    _tell("\n".join(f"  {name.replace('_', ' '):<32} {value}" for name, value in said.items()))
    return said


def _tell_partners(options: argparse.Namespace) -> dict[str, Any]:
    """Let partners be told of everything while everything goes wrong."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django  # noqa: PLC0415 - a storm leaves Django to its processes

    django.setup()
    from tests.database import own_database  # noqa: PLC0415 - only after django.setup()
    from tests.guarantees.trials.house import open_shop  # noqa: PLC0415 - only after django.setup()
    from tests.guarantees.webhooks.trial import Size, trial  # noqa: PLC0415 - only after django.setup()

    with own_database() as server:
        seed = new_seed() if options.seed is None else options.seed
        size = Size(events=options.events)
        said = trial(dsn=server.dsn, server=server, shop=open_shop(verified=True), size=size, seed=seed)
    _tell("\n".join(f"  {name.replace('_', ' '):<32} {value}" for name, value in said.items()))
    return said


def _keep(path: Path, what: str, said: dict[str, Any]) -> None:
    """Put a report beside the others in the file."""
    known = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps({**known, what: said}, indent=2, ensure_ascii=False) + "\n")


def _write_figures(path: Path | None) -> int:
    from tests.guarantees.figures import PAGE, write_figures  # noqa: PLC0415 - for this alone

    if path is None or not path.exists():
        _say("./dev guarantees figures: say --json FILE, written by the other commands")
        return IN_THE_WAY
    PAGE.write_text(write_figures(page=PAGE.read_text(), said=json.loads(path.read_text())))
    return KEPT


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev guarantees",
        description="Break everything that can break while many clients talk, then look for what was lost.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = ("storm", "deaf", "malformed", "overload", "flood", "routing", "webhooks", "figures")
    parser.add_argument("what", nargs="?", choices=kinds, default="storm", metavar="WHAT", help="see below (storm)")
    parser.add_argument("--minutes", type=float, default=60, help="of faults, all rounds together (60)")
    parser.add_argument("--rounds", type=int, default=3, help="each with a seed and a database of its own (3)")
    parser.add_argument("--seed", type=int, default=None, help="of the first round; the others follow (random)")
    parser.add_argument("--every", type=float, default=6.0, metavar="S", help="seconds between two faults (6)")
    parser.add_argument(
        "--bus", choices=("redis", "postgres", "both"), default="both", help="both: in turn, from round to round (both)"
    )
    parser.add_argument("--tenants", type=int, default=8, metavar="N", help="companies (8)")
    parser.add_argument("--visitors", type=int, default=7, metavar="N", help="visitors of each, beside an agent (7)")
    parser.add_argument("--events", type=int, default=20_000, metavar="N", help="of webhooks (20,000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="where to keep the report for programs")
    parser.add_argument("--more", action="store_true", help="add a storm's rounds to those that FILE has already")
    parser.add_argument("--logs", type=Path, metavar="DIR", help="where to keep what the processes of a storm wrote")
    return parser.parse_args(arguments)


def _tell(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it talks to the person at the terminal


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
