"""Run by stack.py in a process of its own: bring the tables up to date, make the demo companies."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

import django
from django.core.management import CommandError, call_command


def main(arguments: list[str]) -> int:
    """Answer the exit status: 1 after saying what went wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--demo", type=Path, required=True)
    options = parser.parse_args(arguments)
    django.setup()
    print("tables: bringing them up to date", flush=True)
    try:
        call_command("migrate", skip_checks=True)
    except CommandError as error:
        print(error, flush=True)
        return 1
    from config.embedded.demo import make_demo  # noqa: PLC0415 - needs the models, which need django.setup()

    print("demo: companies acme and globex", flush=True)
    make_demo(path=options.demo, port=options.port, now=datetime.now(UTC))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
