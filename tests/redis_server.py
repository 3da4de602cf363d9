"""A Redis server of our own, on a loopback port, without files; Debian's package is installed when we may."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from tests.serving import free_port

APT: Final = ("apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300")
STARTS_S: Final = 20


def ensure_redis() -> str | None:
    """Answer the path of redis-server, installed if it is missing and we may; None when there is none."""
    if not shutil.which("redis-server") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "--no-install-recommends", "redis-server"]):
            subprocess.run([*APT, *arguments], env=environment, stdout=subprocess.DEVNULL, check=False)
    return shutil.which("redis-server")


class Redis:
    """One server."""

    def __init__(self, *, program: str) -> None:
        """Choose a port; `start` starts it, also again."""
        self._program = program
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Run until stop() or kill()."""
        command = [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + STARTS_S
        while not self._listens():
            if time.monotonic() > until:
                raise AssertionError("redis-server does not listen")
            time.sleep(0.02)

    def kill(self) -> None:
        """Let it crash."""
        if self.child is not None:
            self.child.kill()
            self.child.wait()
            self.child = None

    def flush(self) -> None:
        """Take away all that it keeps; raise OSError while it does not answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as asking:
            asking.sendall(b"FLUSHALL\r\n")
            if not asking.recv(64).startswith(b"+OK"):
                raise ConnectionError("redis-server does not flush")

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True


@contextmanager
def redis_server() -> Iterator[Redis | None]:
    """Yield a running server, or None where there is no redis-server."""
    program = ensure_redis()
    if program is None:
        yield None
        return
    server = Redis(program=program)
    server.start()
    try:
        yield server
    finally:
        server.kill()
