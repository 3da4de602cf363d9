"""The short way between a session and the server's socket, beside ASGI's receive and send.

A server that has it puts it into the scope's extensions under WIRE; without it, every frame goes the long way.
"""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from typing import Any, Final, Protocol

WIRE: Final = "yunke.wire"

Send = Callable[[dict[str, Any]], Awaitable[None]]
SendTexts = Callable[[Sequence[str]], Awaitable[None]]


class Taken(Enum):
    """What became of a text: taken; to be had from receive(); or nothing yet, it comes again with resume()."""

    YES = auto()
    NO = auto()
    LATER = auto()


Take = Callable[[str], Taken]


class Wire(Protocol):
    """What config/sockets.py offers."""

    def listen(self, take: Take | None) -> None:
        """Offer each text to `take` first. After LATER nothing is read from the socket until resume()."""

    def resume(self) -> None:
        """Offer again what was not taken yet, and go on reading; it never raises."""

    @property
    def is_gone(self) -> bool:
        """Tell whether nobody is there any more, as far as one can know."""

    def make_way(self) -> None:
        """Take a few last words even if the peer takes nothing: they are there when it reads again."""

    async def send_texts(self, texts: Sequence[str]) -> None:
        """Send texts, each as a frame, in one write; wait while the peer takes nothing."""


class LongWay:
    """ASGI alone: one call a frame."""

    def __init__(self, *, send: Send) -> None:
        """Send by the server's own `send`."""
        self._send = send

    def listen(self, take: Take | None) -> None:
        """Leave everything to receive()."""

    def resume(self) -> None:
        """Do nothing: nothing is held back."""

    @property
    def is_gone(self) -> bool:
        """Know nothing."""
        return False

    def make_way(self) -> None:
        """Do nothing: what is buffered where is the server's."""

    async def send_texts(self, texts: Sequence[str]) -> None:
        """Send one after the other."""
        for text in texts:
            await self._send({"type": "websocket.send", "text": text})


def wire_of(*, scope: dict[str, Any], send: Send) -> Wire:
    """Answer the short way if the server has one."""
    found: Wire = scope.get("extensions", {}).get(WIRE) or LongWay(send=send)
    return found
