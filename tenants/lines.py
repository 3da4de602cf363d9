"""Connections to servers of others: opened to one address, bounded in time as a whole, and kept for what follows.

A kept one leads where it was opened to, which was checked then, for a minute at most. Must not decide whom we call.
"""

import http.client
import io
import select
import socket
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import SplitResult

from django.conf import settings

PORTS: Final = {"http": 80, "https": 443}
IDLE_S: Final = 4.0  # many servers hang up after five
AGE_S: Final = 60.0  # then the name is looked up again
OF_KEY: Final = 8
IN_ALL: Final = 256


class Stale(ConnectionError):
    """The server has hung up on a kept connection, and said nothing: what was said there is said again on another."""


class TooLarge(ValueError):
    """An answer is longer than it may be."""


class Line:
    """One open connection. Each step must be done before a moment of the steady clock, or a TimeoutError is raised."""

    def __init__(self, *, parts: SplitResult, address: str, until: float) -> None:
        """Connect; raise OSError."""
        self._host, self._port = str(parts.hostname), parts.port or PORTS[parts.scheme]
        self._raw = _connect(parts.scheme, self._host, address, self._port, until)
        self.until, self.opened = until, time.monotonic()
        self.used = self.opened
        self.is_kept = self.is_reusable = False
        self._reading = _Reading(self)
        self._reader = _Reader(self._reading)

    def ask(
        self, *, method: str, target: str, headers: Mapping[str, str], body: bytes | None, limit_bytes: int
    ) -> tuple[int, dict[str, str], bytes]:
        """Answer status, headers (their names in lower case) and body; raise OSError, HTTPException or TooLarge."""
        self.is_reusable = False
        connection = http.client.HTTPConnection(self._host, self._port)
        connection.sock = cast("Any", self)
        try:
            connection.request(method, target, body=body, headers=dict(headers))
            answer = connection.getresponse()
        except ConnectionError as error:
            if self.is_kept and not self._reading.has_read:
                raise Stale from error
            raise
        found = {name.lower(): value for name, value in answer.getheaders()}
        text = answer.read(limit_bytes + 1)
        if len(text) > limit_bytes:
            raise TooLarge
        self.is_reusable = answer.isclosed() and not answer.will_close and not self._reader.has_more(self._reading)
        return answer.status, found, text

    def take_again(self, *, until: float) -> None:
        """Let it serve once more."""
        self.until, self.is_kept, self._reading.has_read = until, True, False

    def is_good(self, *, at: float) -> bool:
        """Tell whether it may be used again: not too old, and nobody has hung up or spoken unasked."""
        if at - self.used > IDLE_S or at - self.opened > AGE_S:
            return False
        waiting = select.poll()
        waiting.register(self._raw, select.POLLIN)
        return not waiting.poll(0)

    def recv_into(self, buffer: Any) -> int:
        """Read what is there."""
        self._raw.settimeout(left(until=self.until))
        return self._raw.recv_into(buffer)

    def sendall(self, data: bytes) -> None:
        """Say something; for http.client."""
        self._raw.settimeout(left(until=self.until))
        self._raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Answer what is read from; for http.client."""
        return self._reader

    def close(self) -> None:
        """Leave it open: http.client closes before the answer is read."""

    def hang_up(self) -> None:
        """Close it."""
        self._raw.close()


@dataclass
class Lines:
    """Connections that are kept for whoever asked for them (`key`), and shared with nobody else. Safe for threads."""

    _kept: dict[Hashable, list[Line]] = field(default_factory=lambda: defaultdict(list))
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, *, key: Hashable, until: float) -> Line | None:
        """Answer a good one, or None."""
        while (line := self._pop(key)) is not None:
            if line.is_good(at=time.monotonic()):
                line.take_again(until=until)
                return line
            line.hang_up()
        return None

    def give(self, *, key: Hashable, line: Line) -> None:
        """Keep one if it can be used again and there is room; close it otherwise."""
        line.used = time.monotonic()
        with self._lock:
            if line.is_reusable and self._count < IN_ALL and len(self._kept[key]) < OF_KEY:
                self._kept[key].append(line)
                self._count += 1
                return
        line.hang_up()

    def forget(self, *, at: float) -> None:
        """Close those that nobody has used for a while; `at` is the steady clock, infinity closes all."""
        with self._lock:
            old = [(key, line) for key, lines in self._kept.items() for line in lines if at - line.used > IDLE_S]
            for key, line in old:
                self._kept[key].remove(line)
            self._count -= len(old)
            for key in [key for key, lines in self._kept.items() if not lines]:
                del self._kept[key]
        for _, line in old:
            line.hang_up()

    def _pop(self, key: Hashable) -> Line | None:
        with self._lock:
            lines = self._kept.get(key)
            if not lines:
                return None
            self._count -= 1
            return lines.pop()


def left(*, until: float) -> float:
    """Answer the seconds until a moment of the steady clock; raise TimeoutError when there are none."""
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _connect(scheme: str, host: str, address: str, port: int, until: float) -> socket.socket:
    raw = socket.create_connection((address, port), timeout=left(until=until))
    try:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "https":
            raw.settimeout(left(until=until))
            raw = _tls(settings.YUNKE_OUTBOUND_CA_FILE).wrap_socket(raw, server_hostname=host)
    except BaseException:
        raw.close()
        raise
    return raw


@lru_cache(maxsize=4)
def _tls(besides: str) -> ssl.SSLContext:
    """Answer whom TLS trusts, and a file of authorities besides; reading them takes longer than a request."""
    context = ssl.create_default_context()
    if besides:
        context.load_verify_locations(besides)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class _Reading(io.RawIOBase):
    """What comes in."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line
        self.has_read = self.is_dry = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.is_dry:
            return None
        count = self._line.recv_into(buffer)
        self.has_read = self.has_read or count > 0
        return count


class _Reader(io.BufferedReader):
    """One for all answers of a connection."""

    def close(self) -> None:
        """Stay open: http.client closes it after each answer."""

    def has_more(self, reading: _Reading) -> bool:
        """Tell whether more came than belongs to the answer; waits for nothing."""
        reading.is_dry = True
        try:
            return bool(self.peek(1))
        finally:
            reading.is_dry = False
