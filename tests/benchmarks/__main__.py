"""`./dev bench`: measures the product's speed on this machine, and what it is compared with, in one run."""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"

import django

django.setup()

from tests.benchmarks import machine
from tests.benchmarks.bench import Bench, measure_item
from tests.benchmarks.items import (
    clocks,
    feed,
    idle,
    latency,
    lookup,
    messages,
    processes,
    rest,
    rules,
    search,
    sign_up,
    tenants,
    waits,
    webhooks,
)
from tests.benchmarks.page import write_page
from tests.database import fresh_database
from tests.redis_server import redis_server
from tests.serving import ROOT

ITEMS: Final[dict[str, Callable[[Bench], dict[str, object]]]] = {
    "messages": messages.measure,
    "latency": latency.measure,
    "idle": idle.measure,
    "processes": processes.measure,
    "rest": rest.measure_posts,
    "list": rest.measure_list,
    "feed": feed.measure,
    "lookup": lookup.measure,
    "waits": waits.measure,
    "sign_up": sign_up.measure,
    "tenants": tenants.measure,
    "webhooks": webhooks.measure,
    "clocks": clocks.measure,
    "search": search.measure,
    "rules": rules.measure,
}
LONG: Final = ("waits", "sign_up", "tenants", "webhooks", "clocks", "search", "rules")
PAGE: Final = ROOT / "docs" / "performance.md"


def main(arguments: list[str]) -> int:
    """Measure what is asked for, show it, and keep it where asked."""
    options = _options(arguments)
    if options.write_docs and options.from_json:
        write_page(found=json.loads(options.from_json.read_text()), path=PAGE)
        return 0
    os.sched_setaffinity(0, {machine.OTHER_CORE})
    found = _run(options)
    print(_text(found))  # noqa: T201 - it talks to the person at the terminal
    if options.write_docs:
        write_page(found=found, path=PAGE)
    return 1 if any(isinstance(item, dict) and "failed" in item for item in found.values()) else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure how fast Yunke is on this machine.")
    parser.add_argument("--quick", action="store_true", help="in short stretches, without what takes long")
    parser.add_argument("--only", metavar="ITEM,...", help=f"of {', '.join(ITEMS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found there, as soon as it is found")
    parser.add_argument(
        "--minutes", type=float, default=10.0, metavar="N", help="after which tenants stops with what it has (10)"
    )
    parser.add_argument("--write-docs", action="store_true", help=f"write the figures into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--from-json", type=Path, metavar="FILE", help="with --write-docs: measure nothing, take these")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace) -> dict[str, Any]:
    names = options.only.split(",") if options.only else [n for n in ITEMS if not (options.quick and n in LONG)]
    began = time.monotonic()
    with fresh_database() as dsn, redis_server() as redis:
        bench = Bench(
            dsn=dsn,
            quick=options.quick,
            redis_url=redis.url if redis else None,
            limit_s=options.minutes * 60,
            keep=lambda found: _keep(found, options.json),
        )
        bench.found |= {
            "date": datetime.now(UTC).date().isoformat(),
            "commit": _commit(),
            "command": " ".join(["./dev bench", *sys.argv[1:]]),
            "machine": machine.describe(),
            "ratio_to_textbook": None,
            "ratio_to_pgbench": None,
        }
        for name in names:
            measure_item(bench=bench, name=name, measure=ITEMS[name])
    bench.found["minutes"] = round((time.monotonic() - began) / 60, 1)
    _keep(bench.found, options.json)
    return bench.found


def _keep(found: Mapping[str, object], path: Path | None) -> None:
    if path:
        path.write_text(_text(found) + "\n")


def _text(found: Mapping[str, object]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False)


def _commit() -> str:
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return said.stdout.strip()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
