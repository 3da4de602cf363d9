"""Locks on data folders. The kernel lets go of them when their holder dies, however it dies."""

import fcntl
from pathlib import Path
from typing import IO

from config.embedded.obstacles import Obstacle


def take_lock(*, folder: Path, name: str, taken: str) -> IO[bytes]:
    """Make the folder if it is missing and hold `name` in it; raise Obstacle, with `taken` if somebody has it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / name).open("ab")
    except OSError as error:
        raise Obstacle(
            f"cannot write in the data folder {folder} ({error.strerror}): choose another with --data DIR"
        ) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise Obstacle(taken) from None
    return lock


def is_locked(*, path: Path) -> bool:
    """Tell whether any process, ours or another, holds the lock."""
    try:
        with path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False
