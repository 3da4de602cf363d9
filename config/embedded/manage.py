"""`./dev manage`: Django's command line on the database that `./dev up` runs, or on one started for this command."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from config.embedded.folder import DEFAULT, ROOT, DataFolder
from config.embedded.obstacles import Obstacle
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.stack import environment


def main(arguments: list[str]) -> int:
    """Answer the command's own exit status."""
    parser = argparse.ArgumentParser(prog="./dev manage", description="Run a command of Django's manage.py.")
    parser.add_argument("--data", type=Path, default=DEFAULT, metavar="DIR", help="the data folder (.data)")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    folder = DataFolder(path=options.data)
    try:
        return _run(folder=folder, command=options.command)
    except Obstacle as obstacle:
        print(f"./dev manage: {obstacle}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(*, folder: DataFolder, command: list[str]) -> int:
    url = os.environ.get("DATABASE_URL") or _running_url(folder)
    if url:
        return _call(folder=folder, url=url, command=command)
    with EmbeddedPostgres(data_dir=folder.path) as postgres:
        return _call(folder=folder, url=postgres.dsn, command=command)


def _running_url(folder: DataFolder) -> str | None:
    """Answer where the database is that `./dev up` runs, None if it does not run."""
    if not folder.is_open() or not folder.running.exists():
        return None
    url: str = json.loads(folder.running.read_text())["database_url"]
    return url


def _call(*, folder: DataFolder, url: str, command: list[str]) -> int:
    env = environment(folder=folder, database_url=url)
    return subprocess.run([sys.executable, str(ROOT / "manage.py"), *command], env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
