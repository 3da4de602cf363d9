"""What `./dev lint` and `./dev test` run: every gate, then pytest, whose closing line comes last."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from tests.chromium import ensure_chromium

PYTHON: Final = (sys.executable, "-m")
GATES: Final[dict[str, tuple[str, ...]]] = {
    "mypy": (*PYTHON, "mypy"),  # the slowest first: two run at a time
    "ruff check": (*PYTHON, "ruff", "check"),
    "ruff format": (*PYTHON, "ruff", "format", "--check"),
    "import-linter": (str(Path(sys.executable).with_name("lint-imports")),),
    "our own rules": (*PYTHON, "tests.architecture.lint"),
    "missing migrations": (*PYTHON, "tests.architecture.missing_migrations"),
}


def main(arguments: list[str]) -> int:
    """`lint`: the gates. `test`: the gates and pytest; with arguments, pytest alone with them."""
    what, *rest = arguments
    if what == "lint":
        return 0 if run_gates() else 1
    browser = ensure_chromium()
    if rest:
        return run_pytest(rest)
    if not browser:
        return 1
    clean = run_gates()
    # A file's tests stay together: some share a server. Each worker has a database of its own.
    status = run_pytest([f"--numprocesses={os.cpu_count()}", "--dist=loadfile"])
    return status or (0 if clean else 1)


def run_gates() -> bool:
    """Run every gate, two at a time; show what the failing ones say; answer whether all are content."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        return all(list(pool.map(_run_gate, GATES)))


def _run_gate(name: str) -> bool:
    started = time.monotonic()
    done = subprocess.run(GATES[name], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    seconds = time.monotonic() - started
    if done.returncode == 0:
        _say(f"{name:<20} ok     {seconds:5.1f} s")
        return True
    _say(f"{name:<20} FAILED {seconds:5.1f} s\n{done.stdout.rstrip()}\n")
    return False


def run_pytest(arguments: list[str]) -> int:
    """Run pytest; its output is the last that is seen."""
    return subprocess.run([*PYTHON, "pytest", *arguments], check=False).returncode


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - it talks to the person at the terminal


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
