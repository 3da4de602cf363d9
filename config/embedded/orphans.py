"""What a dead predecessor left in the data folder: a postmaster still running, or a pid file that lies."""

import os
import signal
import subprocess
import time
from pathlib import Path

from config.embedded.obstacles import Obstacle

PID_LINE = 0
STATE_LINE = 7
STEPS = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))


def read_state(*, cluster: Path) -> tuple[int, str] | None:
    """Answer process id and state as the postmaster wrote them, None if there is no (whole) pid file."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[PID_LINE].isdigit():
        return None
    return int(lines[PID_LINE]), lines[STATE_LINE].strip() if len(lines) > STATE_LINE else ""


def clear(*, cluster: Path) -> None:
    """Stop the postmaster that still serves `cluster`; call only while holding the data folder's lock.

    The pid file itself stays: PostgreSQL frees the dead server's shared memory by it. But when its number belongs to
    another program by now, PostgreSQL would refuse to start; so our own number goes in, which it knows is its parent.
    """
    found = read_state(cluster=cluster)
    if not found:
        return
    pid, _ = found
    if _serves(pid=pid, cluster=cluster):
        _end(pid=pid, cluster=cluster)
    elif _is_running(pid):
        path = cluster / "postmaster.pid"
        rest = path.read_text().splitlines(keepends=True)[1:]
        path.write_text("".join([f"{os.getpid()}\n", *rest]))


def _end(*, pid: int, cluster: Path) -> None:
    for number, patience in STEPS:
        os.kill(pid, number)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if not _serves(pid=pid, cluster=cluster):
                return
            time.sleep(0.02)
    raise Obstacle(f"an old PostgreSQL (process {pid}) still holds {cluster} and cannot be ended: end it by hand")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _serves(*, pid: int, cluster: Path) -> bool:
    """Whether `pid` is a postmaster on `cluster`, by its command line: numbers are given out again."""
    arguments = _command_line(pid)
    return "postgres" in arguments and str(cluster) in arguments


def _command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return ""
    # No /proc (macOS): ps is always there.
    said = subprocess.run(["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return said.stdout
