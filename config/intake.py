"""How much of a request's body is taken in. Django trusts a Content-Length, and a chunked body has none.

Sits in front of Django, because its handler writes the whole body down before anything looks at it.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

MOST_BYTES: Final = 2_621_440  # as Django's own DATA_UPLOAD_MAX_MEMORY_SIZE
MOST_DISCARDED: Final = 16_777_216
_BODY: Final = json.dumps(
    {
        "type": "about:blank",
        "title": "Refused",
        "status": 413,
        "code": "too_large",
        "detail": "The body of the request is too large.",
    }
).encode()

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[Any], Awaitable[None]]


class _TooLarge(Exception):
    """More came than is taken."""


class Intake:
    """Answers 413 instead of passing on a body that is too large."""

    def __init__(self, application: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        """Take the application behind it."""
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if _announced(scope) > MOST_BYTES:
            await _refuse(receive, send)
            return
        taken = 0

        async def count() -> dict[str, Any]:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > MOST_BYTES:
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


async def _refuse(receive: Receive, send: Send) -> None:
    await _discard(receive)
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(_BODY)).encode())]
    await send({"type": "http.response.start", "status": 413, "headers": [*headers, (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": _BODY})
