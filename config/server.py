"""The server process: uvicorn, told to warn every socket before it goes."""

import asyncio
import socket
from typing import Final

import uvicorn

from config.sockets import PromptSockets
from conversations.live.frames import WIRE_BYTES

DRAIN_S: Final = 2.0
GRACE_S: Final = 5


class DrainingServer(uvicorn.Server):
    """Sends every socket `closing` and 1012 before uvicorn closes what is left."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drain, then stop."""
        from config.asgi import process  # noqa: PLC0415 - importing it sets Django up

        process.drain()
        live = process.get_live()
        until = asyncio.get_running_loop().time() + DRAIN_S
        while live.sessions and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110 - once, at the end
            await asyncio.sleep(0.02)
        await super().shutdown(sockets)


def configure(*, host: str, port: int) -> uvicorn.Config:
    """Answer how a server listens. Without compression: it costs more than it saves on small frames."""
    return uvicorn.Config(
        "config.asgi:application",
        host=host,
        port=port,
        lifespan="on",
        ws=PromptSockets,
        ws_max_size=WIRE_BYTES,
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )


def serve(*, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    DrainingServer(configure(host=host, port=port)).run()
