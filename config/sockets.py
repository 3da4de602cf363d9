"""The websocket protocol of the server: uvicorn's own, which lets go of a peer that does not take its last words."""

from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

LINGER_S: Final = 5.0


class PromptSockets(WebSocketsSansIOProtocol):
    """Closing a transport waits until its buffer is taken; a peer that reads nothing would hold it for good."""

    async def run_asgi(self) -> None:
        """Run the application; what is not taken a while after its end is dropped."""
        try:
            await super().run_asgi()
        finally:
            self.loop.call_later(LINGER_S, self.transport.abort)
