"""What an endpoint may be: its address, its kinds, what it may be told, its headers. Pure: no I/O, no clock."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from tenants.members.permissions import NOTES_READ, PERSONAL_READ, READING_SCOPES, READS_PERSONAL
from tenants.refusals import Invalid, NotAllowed, Refusal

MOST_ENDPOINTS: Final = 50
MOST_HEADERS: Final = 20
LONGEST_HEADER: Final = 1000
# What may be told besides what customers see themselves.
SCOPES: Final = frozenset({NOTES_READ, PERSONAL_READ, "audit.view", "presence.report", "tickets.view"})
TEST_KIND: Final = "webhook.test.v1"

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?\Z")
# Ours to say, or what would let a header change how the request is read.
_RESERVED: Final = frozenset(
    (
        *("accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host"),
        *("keep-alive", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"),
    )
)
_RESERVED_STARTS: Final = ("webhook-", "proxy-", "x-forwarded-", "forwarded")


class TooManyEndpoints(Refusal):
    """There are 50 webhooks already; remove one first."""

    code = "too_many_webhooks"
    status = 409


def check_address(*, url: str, plain: bool) -> str:
    """Answer the address; raise Invalid unless it is https (or http where `plain` allows that) and names a server.

    Which machine that is, is asked whenever something is sent.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    fits = bool(host) and url.isascii() and url.isprintable() and " " not in url
    if not fits or parts.scheme not in {"https", *(("http",) if plain else ())}:
        raise _wrong("url", "An address that begins with https://.")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise _wrong("url", "Without a user, a password or a fragment; a header can carry a secret.")
    return url


def is_same_server(*, one: str, other: str) -> bool:
    """Tell whether two addresses are of the same scheme, host and port, written alike."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def check_kinds(*, kinds: Sequence[str], known: Collection[str]) -> list[str]:
    """Answer the kinds of events, sorted, each once; none mean all. Raises Invalid for one that there is not."""
    for n, kind in enumerate(kinds):
        if kind not in known:
            raise _wrong(f"kinds.{n}", "There is no such kind of event.")
    return sorted(set(kinds))


def check_scopes(*, scopes: Sequence[str], may: Callable[[str], bool], is_key: bool) -> list[str]:
    """Answer what it may be told, sorted; raise Invalid for what there is not, NotAllowed for what its maker may not.

    Members read notes wherever they see conversations, and names if their role says so; a key hands on only what it was
    given itself.
    """
    if not SCOPES.issuperset(scopes):
        raise _wrong("scopes", f"Some of {', '.join(sorted(SCOPES))}.")
    read = {scope for scope in READING_SCOPES if scope != PERSONAL_READ or may(READS_PERSONAL)}
    if not all(may(scope) or (scope in read and not is_key) for scope in scopes):
        raise NotAllowed(detail="A webhook cannot be told what you may not see yourself.")
    return sorted(set(scopes))


def check_headers(*, headers: Mapping[str, str]) -> dict[str, str]:
    """Answer the headers that every request carries besides ours; raise Invalid."""
    if len(headers) > MOST_HEADERS:
        raise _wrong("headers", f"There are {MOST_HEADERS} at most.")
    if len({name.lower() for name in headers}) < len(headers):
        raise _wrong("headers", "A name stands there twice.")
    for name, value in headers.items():
        reserved = name.lower() in _RESERVED or name.lower().startswith(_RESERVED_STARTS)
        if not _NAME.match(name) or reserved or len(value) > LONGEST_HEADER or not _VALUE.match(value):
            raise _wrong("headers", "Each has a plain name that is not one of ours, and a value of plain characters.")
    return dict(headers)


def _wrong(field: str, detail: str) -> Invalid:
    return Invalid(errors=[{"field": field, "code": "invalid", "detail": detail}])
