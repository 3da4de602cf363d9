"""The websocket protocol of the server: uvicorn's own, with a short way for what there is most of.

Text frames that came whole go straight to the session where it can take them at once, and what a session has to say
goes out in one write. Everything else - handshake, pings, closing, fragments, whatever is odd - is uvicorn's.
"""

from collections.abc import Sequence
from socket import AF_INET, AF_INET6, SO_SNDBUF, SOL_SOCKET
from typing import Any, Final

import structlog
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import OPEN
from websockets.speedups import apply_mask

from conversations.live.wire import WIRE, Take, Taken

logger = structlog.get_logger(__name__)

LINGER_S: Final = 5.0
KERNEL_BYTES: Final = 131_072  # Linux counts its own overhead, too, and allows twice as much
WHOLE_TEXT: Final = 0x81
SIMPLE: Final = frozenset({WHOLE_TEXT, 0x82, 0x88, 0x89, 0x8A})  # whole: text, binary, close, ping, pong
CONTROL: Final = 0x08
MASKED: Final = 0x80
MASK_BYTES: Final = 4
NOT_YET: Final = -1


class PromptSockets(WebSocketsSansIOProtocol):
    """Splits what comes into frames, so that uvicorn's parser is always between two of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The first that comes is the handshake, which is not for us."""
        super().__init__(*args, **kwargs)
        self._take: Take | None = None
        self._rest = bytearray()
        self._holds = False
        self._has_begun = False
        self._is_simple = True
        self._most: int = self.config.ws_max_size

    async def run_asgi(self) -> None:
        """Run the application; what is not taken a while after its end is dropped.

        Closing a transport waits until its buffer is taken; a peer that reads nothing would hold it for good.
        """
        extensions: dict[object, Any] = self.scope["extensions"]  # type: ignore[assignment] # uvicorn knows its own
        extensions[WIRE] = self
        try:
            await super().run_asgi()
        finally:
            self.loop.call_later(LINGER_S, self.transport.abort)

    def connection_made(self, transport: Any) -> None:
        """Bound what the kernel keeps for a peer that does not read: left to itself that grows to megabytes."""
        super().connection_made(transport)
        self._let_send(KERNEL_BYTES)

    @property
    def is_gone(self) -> bool:
        """Tell whether the connection is lost or being closed."""
        return bool(self.transport.is_closing())

    def make_way(self) -> None:
        """Let the kernel take what is left and a few last words: a peer that reads one day finds them there."""
        if not self.transport.is_closing():
            self._let_send(2 * KERNEL_BYTES)

    def _let_send(self, size: int) -> None:
        sock = self.transport.get_extra_info("socket")
        if sock is not None and sock.family in {AF_INET, AF_INET6}:
            sock.setsockopt(SOL_SOCKET, SO_SNDBUF, size)

    def listen(self, take: Take | None) -> None:
        """Offer each text to `take` first; what it does not take waits for receive(), and what follows behind it."""
        self._take = take
        if self._holds:
            self.resume()

    def resume(self) -> None:
        """Offer again what is to be taken later, and read on."""
        if not self._holds or self.transport.is_closing():
            return
        self._holds = False
        try:
            self.data_received(b"")
        except Exception:
            logger.exception("socket.failed")
            self.transport.abort()
        if not self._holds and not self.read_paused and not self.transport.is_closing():
            self.transport.resume_reading()

    async def send_texts(self, texts: Sequence[str]) -> None:
        """Send texts in one write; wait while the peer takes nothing."""
        await self.writable.wait()
        if self.disconnected or self.close_sent:
            raise ClientDisconnected
        self.transport.write(b"".join([part for text in texts for part in _frame(text.encode())]))

    def data_received(self, data: bytes) -> None:
        """Take what came apart. From the first frame on that is not simple, uvicorn takes everything."""
        if not (self._has_begun and self._is_simple):
            self._has_begun = True
            super().data_received(data)
            return
        if self._holds:
            self._rest += data
            return
        if self._rest:
            self._rest += data
            data = bytes(self._rest)
            self._rest.clear()
        at = 0
        while (stop := self._end(data, at)) > at:
            if not self._frame(data, at, stop):
                self._hold(data[at:])
                return
            at = stop
        if stop == NOT_YET:
            self._rest += data[at:]
        elif at < len(data):
            self._is_simple = False
            super().data_received(data[at:])

    def _end(self, data: bytes, at: int) -> int:
        """Answer where the frame ends that begins here; NOT_YET if more must come, `at` if it is none of ours."""
        have = len(data) - at
        if have == 0:
            return at
        if have < 2:
            return NOT_YET
        length, head = data[at + 1] & 0x7F, 2
        if data[at] not in SIMPLE or not data[at + 1] & MASKED or (data[at] & CONTROL and length > 125):
            return at
        if length >= 126:
            head = 4 if length == 126 else 10
            if have < head:
                return NOT_YET
            length = int.from_bytes(data[at + 2 : at + head])
        if length > self._most:
            return at
        whole = head + MASK_BYTES + length
        return at + whole if have >= whole else NOT_YET

    def _hold(self, data: bytes) -> None:
        """Keep what came, as it came, until resume(): the peer's own buffers fill up then, and it must wait, too."""
        self._rest += data
        self._holds = True
        self.transport.pause_reading()

    def _frame(self, data: bytes, at: int, stop: int) -> bool:
        """One whole frame. A text goes to the session, or into uvicorn's queue; answer False if it must come again."""
        if data[at] != WHOLE_TEXT or self.conn.state is not OPEN or self._take is None or not self.queue.empty():
            super().data_received(data[at:stop])
            return True
        length = data[at + 1] & 0x7F
        start = at + MASK_BYTES + (2 if length < 126 else 4 if length == 126 else 10)
        payload = apply_mask(data[start:stop], data[start - MASK_BYTES : start])
        try:
            text = payload.decode()
        except UnicodeDecodeError:
            super().data_received(data[at:stop])  # which closes with 1007
            return True
        taken = self._take(text)
        if taken is Taken.NO:
            self.curr_msg_data_type = "text"
            self.frames = [payload]
            self.send_receive_event_to_app()
        return taken is not Taken.LATER


def _frame(payload: bytes) -> tuple[bytes, bytes]:
    """Answer the head of a text frame as a server sends it, and the payload."""
    length = len(payload)
    if length < 126:
        return bytes((WHOLE_TEXT, length)), payload
    if length < 65_536:
        return bytes((WHOLE_TEXT, 126, length >> 8, length & 255)), payload
    return bytes((WHOLE_TEXT, 127)) + length.to_bytes(8), payload
