"""A proxy that passes bytes on between two sockets and can treat them as a bad network does. Knows no protocol.

Links are TCP on loopback or Unix sockets: an address is a port or a path.
"""

import asyncio
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Final, Literal

CHUNK: Final = 65_536
TRICKLE_BYTES: Final = 256
TRICKLE_S: Final = 0.004
LOOPBACK: Final = "127.0.0.1"
NO_LINGER: Final = struct.pack("ii", 1, 0)

Way = Literal["in", "out"]  # towards what is behind the proxy, or back
Address = int | Path
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect_to(address: Address) -> Stream:
    """Open a stream to a port or a Unix socket."""
    if isinstance(address, Path):
        return await asyncio.open_unix_connection(address)
    return await asyncio.open_connection(LOOPBACK, address)


@dataclass(slots=True, eq=False)
class Link:
    """One connection: both its ends, and the ways on which bytes vanish for good."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    lost: set[Way] = field(default_factory=set)

    def reset(self) -> None:
        """Cut both ends at once, with RST where there is such a thing."""
        for writer in self.ends:
            sock = writer.get_extra_info("socket")
            if sock is not None and sock.family == socket.AF_INET and not writer.is_closing():
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
            writer.transport.abort()

    def close(self) -> None:
        """Close both ends."""
        for writer in self.ends:
            writer.close()


class FaultProxy:
    """Passes on, until told otherwise. The weather (shut, delay_s, trickling) holds for all links, new ones too."""

    def __init__(self, *, listen: Address, target: Address, rng: Random) -> None:
        """Listen nowhere yet."""
        self.listen = listen
        self._target = target
        self._rng = rng
        self._links: set[Link] = set()
        self._serving: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.clear()

    def clear(self) -> None:
        """Be a good network from now on; links that are lost stay so."""
        self.shut = False
        self.delay_s = 0.0
        self.trickling = False

    async def start(self) -> None:
        """Listen."""
        if isinstance(self.listen, Path):
            self._server = await asyncio.start_unix_server(self._accept, self.listen)
        else:
            self._server = await asyncio.start_server(self._accept, LOOPBACK, self.listen)

    async def stop(self) -> None:
        """Cut everything, listen no more, and wait until nothing of it runs."""
        if self._server is not None:
            self._server.close()
        self.reset_all()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def reset_all(self) -> int:
        """Cut every link; answer how many there were."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    def close_all(self) -> None:
        """End every link as a program does that stops in order."""
        for link in list(self._links):
            link.close()

    def lose(self, *ways: Way) -> "list[Link]":
        """Let bytes of all links that are open now vanish on these ways: both is half-open. Answer the links."""
        links = list(self._links)
        for link in links:
            link.lost.update(ways)
        return links

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link((writer, writer))
        if self.shut:
            link.reset()
            return
        try:
            behind, onward = await connect_to(self._target)
        except OSError:
            link.reset()
            return
        link = Link((writer, onward))
        self._links.add(link)
        try:
            await asyncio.gather(self._pump(link, "in", reader, onward), self._pump(link, "out", behind, writer))
        finally:
            self._links.discard(link)
            link.close()

    async def _pump(self, link: Link, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s * self._rng.uniform(0.5, 1.5))
                for piece in self._pieces(data):
                    if way in link.lost:
                        break
                    writer.write(piece)
                    await writer.drain()
                    if len(piece) < len(data):
                        await asyncio.sleep(TRICKLE_S)
        except OSError:
            link.reset()
        finally:
            if way not in link.lost:
                writer.close()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        """Cut a chunk into crumbs while trickling; what is left when that ends goes out whole."""
        start = 0
        while start < len(data):
            size = self._rng.randint(1, TRICKLE_BYTES) if self.trickling else len(data)
            yield data[start : start + size]
            start += size
