"""What two answers have in common once time and chance are taken out, and what of the other company is in one."""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from tests.architecture.probe.mirror.rows import UUID

# Not of the question: when it was, how much a program may still ask, and what is drawn anew each time.
CHANCE: Final = frozenset({"Date", "RateLimit-Remaining", "RateLimit-Reset", "X-Request-Id", "Retry-After"})
MOMENT: Final = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)|\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT")
DRAWN: Final = re.compile(rb"[A-Za-z0-9_-]{30,}(:[A-Za-z0-9_-]+)*|#[0-9A-F]{6}\b")
IDS: Final = re.compile(UUID.pattern.encode())
Exact = tuple[int, list[tuple[str, bytes]], bytes]


def exactly(response: Any, *, said: Iterable[str], fixed: Collection[str] = ()) -> Exact:
    """Answer status, headers and body: what the request itself said, time and chance replaced, `fixed` ids kept."""
    headers = [(name, value.encode()) for name, value in response.items() if name not in CHANCE]
    headers += [(f"cookie {name}", _cookie(morsel)) for name, morsel in sorted(response.cookies.items())]
    plain = [(name, _plain(value, said, fixed)) for name, value in sorted(headers) if name != "Content-Length"]
    return response.status_code, plain, _plain(body_of(response), said, fixed)


def body_of(response: Any) -> bytes:
    """Answer the whole body, of a download too, however often it is asked for."""
    body = bytes(response.getvalue())
    if response.streaming:
        response.streaming_content = [body]
    return body


def _cookie(morsel: Any) -> bytes:
    parts = ("path", "domain", "samesite", "httponly", "secure", "max-age")
    return f"{'value' if morsel.value else 'none'} {[morsel[part] for part in parts]}".encode()


def _plain(text: bytes, said: Iterable[str], fixed: Collection[str]) -> bytes:
    for word in said:
        text = text.replace(word.encode(), b"SAID")
    text = MOMENT.sub(b"MOMENT", text)
    text = IDS.sub(lambda m: m[0] if m[0].decode() in fixed else b"ID", text)
    return DRAWN.sub(b"DRAWN", text)


def find_secrets(response: Any, *, secrets: Collection[str], mark: str, said: Iterable[str]) -> list[str]:
    """Answer what of the other company is in an answer that the request itself did not say."""
    text = "\n".join([*(f"{name}: {value}" for name, value in response.items()), body_of(response).decode(), ""])
    text += "".join(str(morsel) for morsel in response.cookies.values())
    for word in said:
        text = text.replace(word, "")
    return [*(id_ for id_ in UUID.findall(text) if id_ in secrets), *([mark] if mark in text else [])]
