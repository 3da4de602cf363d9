"""Become another user, ask the kernel to be told when the parent dies, then become the given program.

Run as a script by `process.py` (`python -I -S launch.py UID GID PARENT SIGNAL PROGRAM ...`), so it knows the standard
library only. A separate program, because Python code between fork and exec may hang in a process with threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
KEEP_USER = -1


def become(*, uid: int, gid: int) -> None:
    """Give up root for good. Must come before PR_SET_PDEATHSIG, which a change of user clears."""
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def die_with(*, parent: int, signal_number: int) -> None:
    """Be sent `signal_number` when `parent` dies, on Linux; elsewhere the next start clears what was left."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Do what the module says; never returns."""
    uid, gid, parent, signal_number = (int(text) for text in arguments[:4])
    if uid != KEEP_USER:
        become(uid=uid, gid=gid)
    die_with(parent=parent, signal_number=signal_number)
    program = arguments[4:]
    os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
