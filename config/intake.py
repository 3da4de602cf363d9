"""How many requests are taken in at once, and how much of a request's body: Django bounds neither.

Sits in front of Django, because its handler writes the whole body down before anything looks at it, and each request
waits for a thread and a connection to the database.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, Final

from tenants.crowding import Door, come_again_s

MOST_BYTES: Final = 2_621_440  # as Django's own DATA_UPLOAD_MAX_MEMORY_SIZE
MOST_UPLOADED: Final = 12_582_912  # where files come in: one of ten MiB, or several small ones, and their form
UPLOADS: Final = re.compile(r"/(t/[^/]+|api/v1/(visitors/)?tickets/[^/]+/files)")
MOST_DISCARDED: Final = 16_777_216
MOST_AT_ONCE: Final = 256


def _problem(status: int, code: str, detail: str) -> bytes:
    body = {"type": "about:blank", "title": "Refused", "status": status, "code": code, "detail": detail}
    return json.dumps(body).encode()


TOO_LARGE: Final = (413, "too_large", "The body of the request is too large.")
BUSY: Final = (503, "busy", "There is too much to do just now; try again in a moment.")

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]


class _TooLarge(Exception):
    """More came than is taken."""


class Intake:
    """Answers 503 instead of passing on what cannot be served in time, and 413 for a body that is too large."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        """Take the application behind it."""
        self._application = application
        self._door = Door(most=MOST_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        with self._door.enter(_host(scope)) as is_inside:
            if is_inside:
                await self._serve(scope, receive, send)
            else:
                await _answer(send, BUSY, (b"retry-after", str(come_again_s()).encode()))

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        most = MOST_UPLOADED if UPLOADS.fullmatch(str(scope["path"])) else MOST_BYTES
        if _announced(scope) > most:
            await _refuse(receive, send)
            return
        taken = 0

        async def count() -> dict[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most:
                raise _TooLarge
            return message

        try:
            await self._application(scope, count, send)
        except _TooLarge:
            await _refuse(receive, send)


async def _discard(receive: Receive) -> None:
    """Read on for a while: who is cut off while sending never sees the answer."""
    left = MOST_DISCARDED
    while left > 0:
        message = await receive()
        left -= len(message.get("body", b""))
        if not message.get("more_body"):
            return


def _announced(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"")
    return int(length) if length.isdigit() else 0


def _host(scope: Scope) -> str:
    return str(dict(scope["headers"]).get(b"host", b"").decode("latin-1").partition(":")[0].lower())


async def _refuse(receive: Receive, send: Send) -> None:
    await _discard(receive)
    await _answer(send, TOO_LARGE, (b"connection", b"close"))


async def _answer(send: Send, said: tuple[int, str, str], header: tuple[bytes, bytes]) -> None:
    status, body = said[0], _problem(*said)
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode()), header]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
