"""The short way between a session and the server's socket, beside ASGI's receive and send.

A server that has it puts it into the scope's extensions under WIRE; without it, every frame goes the long way.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, Protocol

WIRE: Final = "yunke.wire"

Send = Callable[[dict[str, Any]], Awaitable[None]]
SendTexts = Callable[[Sequence[str]], Awaitable[None]]
Take = Callable[[str], bool]


class Wire(Protocol):
    """What config/sockets.py offers."""

    def listen(self, take: Take | None) -> None:
        """Offer each text to `take`, which answers whether it has taken it; if not, receive() answers it in turn."""

    async def send_texts(self, texts: Sequence[str]) -> None:
        """Send texts, each as a frame, in one write; wait while the peer takes nothing."""


class LongWay:
    """ASGI alone: one call a frame."""

    def __init__(self, *, send: Send) -> None:
        """Send by the server's own `send`."""
        self._send = send

    def listen(self, take: Take | None) -> None:
        """Leave everything to receive()."""

    async def send_texts(self, texts: Sequence[str]) -> None:
        """Send one after the other."""
        for text in texts:
            await self._send({"type": "websocket.send", "text": text})


def wire_of(*, scope: dict[str, Any], send: Send) -> Wire:
    """Answer the short way if the server has one."""
    found: Wire = scope.get("extensions", {}).get(WIRE) or LongWay(send=send)
    return found
