"""Processes of the product under test: `manage.py serve` and `manage.py work` on the tests' database, on loopback."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

ROOT: Final = Path(__file__).resolve().parents[1]
MANAGE: Final = (str(ROOT / "manage.py"),)
NOTHING: Final[Mapping[str, str]] = {}
STARTS_S: Final = 100
STOPS_S: Final = 20
LISTENS: Final = "0A"  # the state of a listening socket in /proc


def free_port() -> int:
    """Answer a loopback port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Process:
    """One child; `with` makes sure that it is gone."""

    def __init__(
        self, *arguments: str, dsn: str, program: Sequence[str] = MANAGE, env: Mapping[str, str] = NOTHING
    ) -> None:
        """Start it; what it says goes to a file that is shown when it fails."""
        self.name = f"yunke-test-{secrets.token_hex(4)}"  # of its database sessions
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 # closed with the process
        self.popen = subprocess.Popen(
            [sys.executable, *program, *arguments],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": dsn,
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
                "PGAPPNAME": self.name,
                **env,
            },
            stdout=self.said,
            stderr=self.said,
        )

    def __enter__(self) -> Self:
        """Run."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it if it has not ended."""
        if self.popen.poll() is None:
            self.popen.terminate()
            try:
                self.popen.wait(timeout=STOPS_S)
            except subprocess.TimeoutExpired:
                self.kill()
        self.said.close()

    def kill(self) -> None:
        """Let it crash."""
        self.popen.kill()
        self.popen.wait()

    def terminate(self) -> None:
        """Ask it to end, and do not wait."""
        self.popen.send_signal(signal.SIGTERM)

    def output(self) -> str:
        """Answer what it said so far."""
        self.said.seek(0)
        return self.said.read().decode(errors="replace")

    @property
    def memory(self) -> int:
        """Answer its resident bytes."""
        pages = Path(f"/proc/{self.popen.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Server(Process):
    """`manage.py serve`."""

    def __init__(
        self,
        *,
        dsn: str,
        port: int | None = None,
        program: Sequence[str] = MANAGE,
        env: Mapping[str, str] = NOTHING,
    ) -> None:
        """Start it and wait until it listens."""
        self.port = port or free_port()
        super().__init__("serve", "--port", str(self.port), dsn=dsn, program=program, env=env)
        until = time.monotonic() + STARTS_S
        while not self._listens():
            if self.popen.poll() is not None or time.monotonic() > until:
                said = self.output()
                self.__exit__()
                raise AssertionError(f"the server does not listen:\n{said}")
            time.sleep(0.05)

    @property
    def connections(self) -> int:
        """Answer how many clients' sockets it holds."""
        folder = Path(f"/proc/{self.popen.pid}")
        held = {str(entry.readlink()) for entry in (folder / "fd").iterdir() if entry.is_symlink()}
        rows = [line.split() for line in (folder / "net" / "tcp").read_text().splitlines()[1:]]
        mine = [row for row in rows if int(row[1].partition(":")[2], 16) == self.port and row[3] != LISTENS]
        return len([row for row in mine if f"socket:[{row[9]}]" in held])

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


class Worker(Process):
    """`manage.py work`."""

    def __init__(self, *, dsn: str) -> None:
        """Start it."""
        super().__init__("work", dsn=dsn)
