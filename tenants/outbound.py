"""Calling servers of others: the only way out of here over HTTP, safe for addresses that customers choose.

The name is resolved once, any address that is not of the public internet is refused, and the resolved one is connected
to, so nobody reaches our own network through us. No redirect is followed; size and time are bounded as a whole.
"""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, cast
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from tenants.networks import is_allowed
from tenants.refusals import Refusal
from tenants.resolving import LookupFailed, find_addresses

LIMIT_BYTES: Final = 65_536
TIMEOUT_S: Final = 10.0
PORTS: Final = {"http": 80, "https": 443}
AGENT: Final = "Yunke/1"


class OutboundRefused(Refusal):
    """The other server could not be asked."""

    code = "outbound_refused"
    status = 422


class AddressRefused(OutboundRefused):
    """This address is not one of a server on the public internet."""

    code = "address_refused"


class Unreachable(OutboundRefused):
    """The other server does not answer."""

    code = "unreachable"


class TimedOut(OutboundRefused):
    """The other server takes too long."""

    code = "timed_out"


class AnswerTooLarge(OutboundRefused):
    """The other server's answer is too large."""

    code = "answer_too_large"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the other server answered, redirects and errors too; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    *,
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    limit_bytes: int = LIMIT_BYTES,
    timeout_s: float = TIMEOUT_S,
) -> Fetched:
    """Ask a server once; raise an OutboundRefused. `timeout_s` is for all of it together.

    Waits, so do not call it inside a transaction.
    """
    until = time.monotonic() + timeout_s
    parts = check_url(url=url)
    try:
        address = _resolve(str(parts.hostname), until)
        return _ask(parts, address, until, method, headers or {}, body, limit_bytes)
    except TimeoutError as error:
        raise TimedOut from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(detail=f"The other server does not answer ({type(error).__name__}).") from error


def check_url(*, url: str) -> SplitResult:
    """Answer the parts of an address that may be asked (http or https, no user in it); raise AddressRefused."""
    try:
        parts = urlsplit(url)
        _ = parts.port
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise AddressRefused from None
    plain = url.isascii() and url.isprintable() and " " not in url
    if not plain or parts.scheme not in PORTS or not host or parts.username is not None or parts.password is not None:
        raise AddressRefused
    return parts


def _resolve(host: str, until: float) -> str:
    """Answer the address to connect to. One bad address among them is enough to refuse the name."""
    try:
        found = find_addresses(name=host, timeout_s=_left(until))
    except LookupFailed as failure:
        raise Unreachable(detail=failure.detail) from failure
    if not found:
        raise Unreachable(detail="There is no server of this name.")
    if not all(is_allowed(address=address) for address in found):
        raise AddressRefused
    return found[0]


def _ask(
    parts: SplitResult,
    address: str,
    until: float,
    method: str,
    headers: Mapping[str, str],
    body: bytes | None,
    limit_bytes: int,
) -> Fetched:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    port = parts.port or PORTS[parts.scheme]
    connection = http.client.HTTPConnection(str(parts.hostname), port)
    raw = _connect(parts, address, port, until)
    connection.sock = cast("Any", _Timed(raw, until))
    try:
        said = {"Host": parts.netloc, "User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"}
        connection.request(method, target, body=body, headers={**said, **headers})
        answer = connection.getresponse()
        found = {name.lower(): value for name, value in answer.getheaders()}
        text = answer.read(limit_bytes + 1)
        if len(text) > limit_bytes:
            raise AnswerTooLarge
        return Fetched(answer.status, found, text)
    finally:
        raw.close()


def _connect(parts: SplitResult, address: str, port: int, until: float) -> socket.socket:
    raw = socket.create_connection((address, port), timeout=_left(until))
    try:
        if parts.scheme == "https":
            raw.settimeout(_left(until))
            raw = _tls(settings.YUNKE_OUTBOUND_CA_FILE).wrap_socket(raw, server_hostname=str(parts.hostname))
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


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """A socket for http.client, of which every single step must be done before the same moment."""

    def __init__(self, raw: socket.socket, until: float) -> None:
        self._raw, self._until = raw, until

    def sendall(self, data: bytes) -> None:
        self._raw.settimeout(_left(self._until))
        self._raw.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Reading(self._raw, self._until))

    def close(self) -> None:
        """Leave it open: http.client closes before the answer is read."""


class _Reading(io.RawIOBase):
    """What comes in."""

    def __init__(self, raw: socket.socket, until: float) -> None:
        super().__init__()
        self._raw, self._until = raw, until

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._raw.settimeout(_left(self._until))
        return self._raw.recv_into(buffer)
