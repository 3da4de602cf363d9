"""Starting and stopping one child process that never outlives us. What the child does is not known here."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.embedded import launch


@dataclass(frozen=True, slots=True)
class Identity:
    """The user a child runs as."""

    uid: int
    gid: int


OURSELVES = Identity(uid=launch.KEEP_USER, gid=launch.KEEP_USER)


def start(
    *,
    command: Sequence[str],
    env: Mapping[str, str],
    output: IO[bytes] | int | None,
    identity: Identity = OURSELVES,
    when_parent_dies: signal.Signals = signal.SIGTERM,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` (its program as an absolute path) as a direct child in a session of its own.

    `output` takes what it says on both streams; None shares ours. Its own session keeps Ctrl-C in the terminal from
    reaching it: we stop children in order.
    """
    wrapper = [sys.executable, "-I", "-S", launch.__file__]
    who = [str(identity.uid), str(identity.gid), str(os.getpid()), str(int(when_parent_dies))]
    return subprocess.Popen(
        [*wrapper, *who, *command],
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def stop(*, child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Send each signal in turn until the child is gone, waiting the given seconds after each; then kill it."""
    for number, patience in steps:
        if child.poll() is not None:
            return
        child.send_signal(number)
        try:
            child.wait(timeout=patience)
        except subprocess.TimeoutExpired:
            continue
        return
    child.kill()
    child.wait()
