"""Calling servers of others: the only way out of here over HTTP, safe for addresses that customers choose.

The name is resolved once, any address that is not of the public internet is refused, and the resolved one is connected
to, so nobody reaches our own network through us. No redirect is followed; size and time are bounded as a whole.
"""

import http.client
import time
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tenants.lines import PORTS, Line, Lines, Stale, TooLarge, left
from tenants.networks import is_allowed
from tenants.refusals import Refusal
from tenants.resolving import LookupFailed, find_addresses

LIMIT_BYTES: Final = 65_536
TIMEOUT_S: Final = 10.0
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
    lines: Lines | None = None,
    of: Hashable = None,
) -> Fetched:
    """Ask a server once; raise an OutboundRefused. `timeout_s` is for all of it together.

    With `lines` the connection is kept for what is asked next on behalf of the same `of`; what is said on one that the
    server has given up is then said again on another. Waits, so do not call it inside a transaction.
    """
    until = time.monotonic() + timeout_s
    asked = _Asked(check_url(url=url), method, headers or {}, body, limit_bytes, until, lines, of)
    try:
        return _ask(asked)
    except TooLarge as error:
        raise AnswerTooLarge from error
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
        found = find_addresses(name=host, timeout_s=left(until=until))
    except LookupFailed as failure:
        raise Unreachable(detail=failure.detail) from failure
    if not found:
        raise Unreachable(detail="There is no server of this name.")
    if not all(is_allowed(address=address) for address in found):
        raise AddressRefused
    return found[0]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of whom, until when, and on whose connections."""

    parts: SplitResult
    method: str
    headers: Mapping[str, str]
    body: bytes | None
    limit_bytes: int
    until: float
    lines: Lines | None
    of: Hashable

    @property
    def key(self) -> Hashable:
        """Answer for whom a connection is kept."""
        return self.of, self.parts.scheme, self.parts.netloc


def _ask(asked: _Asked) -> Fetched:
    if asked.lines is not None and (line := asked.lines.take(key=asked.key, until=asked.until)) is not None:
        try:
            return _ask_on(line, asked)
        except Stale:
            pass
    address = _resolve(str(asked.parts.hostname), asked.until)
    return _ask_on(Line(parts=asked.parts, address=address, until=asked.until), asked)


def _ask_on(line: Line, asked: _Asked) -> Fetched:
    parts = asked.parts
    said = {"Host": parts.netloc, "User-Agent": AGENT, "Accept-Encoding": "identity"}
    if asked.lines is None:
        said["Connection"] = "close"
    try:
        status, headers, body = line.ask(
            method=asked.method,
            target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
            headers={**said, **asked.headers},
            body=asked.body,
            limit_bytes=asked.limit_bytes,
        )
        return Fetched(status, headers, body)
    finally:
        if asked.lines is None:
            line.hang_up()
        else:
            asked.lines.give(key=asked.key, line=line)
