"""`./dev probe`: the long storm, on a database of its own. The smoke of it is a test."""

import argparse
import json
import os
import random
import secrets
import sys
from pathlib import Path

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()

from django.conf import settings  # noqa: E402 # only after django.setup()
from django.db import connections  # noqa: E402 # only after django.setup()

from tests.architecture.probe.interleave.storm import Storm, Weather  # noqa: E402 # only after django.setup()
from tests.architecture.probe.live.serving import NearServer  # noqa: E402 # only after django.setup()
from tests.architecture.probe.mirror.company import open_company  # noqa: E402 # only after django.setup()
from tests.database import fresh_database  # noqa: E402 # only after django.setup()

UNHURRIED = 1_000_000_000
PATIENCE_S = 60  # for a connection: there are twice as many threads


def main() -> int:
    """Run it and say what was seen; answer 1 unless nobody saw anything of anybody else."""
    given = _read_arguments()
    with fresh_database():
        settings.YUNKE_KEY_REQUESTS_A_MINUTE = settings.YUNKE_TENANT_REQUESTS_A_MINUTE = UNHURRIED
        connections["default"].pool.timeout = PATIENCE_S  # type: ignore[attr-defined] # the stubs do not know pools
        both = f"both-{secrets.token_hex(4)}@example.com"
        companies = [open_company(both=both) for _ in range(given.companies)]
        storm = Storm(
            companies=companies,
            threads=given.threads,
            sockets=given.sockets,
            statements=given.statements,
            seed=given.seed,
        )
        with NearServer() as server:
            weather = storm.run(port=server.port, tell=_tell)
    if given.json:
        given.json.write_text(json.dumps(weather.as_dict(), indent=1) + "\n", encoding="utf-8")
    _say(weather)
    return 0 if weather.is_clear else 1


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev probe", description=__doc__)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--companies", type=int, default=4)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--json", type=Path, help="write what was seen into this file")
    return parser.parse_args()


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{line} ")


def _say(weather: Weather) -> None:
    said = weather.as_dict()
    lines = [f"{name:<12} {value}" for name, value in said.items()]
    sys.stdout.write("\n" + "\n".join(lines) + f"\n{'clear' if weather.is_clear else 'NOT CLEAR'}\n")


if __name__ == "__main__":
    sys.exit(main())
