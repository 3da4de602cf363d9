"""HTTP as our players need it: JSON over kept connections, asked again while the server is away.

Everything that is asked here may be asked twice: the API is repeatable by client ids, or leaves only an unused visitor.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import SimpleCookie
from typing import Any, Final

import h11
import msgspec

from config.embedded.obstacles import Obstacle
from config.embedded.replay.patience import END_S, Patience
from config.embedded.replay.site import Site

ANSWER_S: Final = 30.0
CONNECTIONS: Final = 12
CHUNK: Final = 65_536
BUSY: Final = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE}


class Unexpected(Exception):
    """The server answered what it should not have; the text says what was asked and answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response. Header names are in small letters."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes

    def json(self) -> Any:
        """Decode the body."""
        return msgspec.json.decode(self.body)

    def cookies(self) -> dict[str, str]:
        """Answer the cookies that are set."""
        found: SimpleCookie = SimpleCookie()
        for name, value in self.headers:
            if name == b"set-cookie":
                found.load(value.decode("latin-1"))
        return {name: morsel.value for name, morsel in found.items()}

    def retry_after(self) -> float:
        """Answer the seconds to wait that the server asks for, 0 if it does not say."""
        said = next((value for name, value in self.headers if name == b"retry-after"), b"0")
        return float(said) if said.isdigit() else 0.0


class Connection:
    """One kept connection."""

    def __init__(self, *, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take an open stream."""
        self._reader = reader
        self._writer = writer
        self._state = h11.Connection(h11.CLIENT)

    async def ask(self, *, head: h11.Request, body: bytes) -> Answer:
        """Send a request and answer its response; raise OSError or h11.RemoteProtocolError when it breaks."""
        events = [head, *([h11.Data(data=body)] if body else []), h11.EndOfMessage()]
        self._writer.write(b"".join(self._state.send(event) or b"" for event in events))
        await self._writer.drain()
        response = await self._next()
        while isinstance(response, h11.InformationalResponse):
            response = await self._next()
        if not isinstance(response, h11.Response):
            raise ConnectionResetError("the connection was closed before an answer")
        parts = []
        while isinstance(event := await self._next(), h11.Data):
            parts.append(bytes(event.data))
        return Answer(response.status_code, list(response.headers), b"".join(parts))

    def can_go_on(self) -> bool:
        """Tell whether it can carry another request, and make it ready for it."""
        if self._state.our_state is h11.DONE and self._state.their_state is h11.DONE:
            self._state.start_next_cycle()
            return True
        return False

    async def close(self) -> None:
        """Close it."""
        self._writer.close()
        await asyncio.gather(self._writer.wait_closed(), return_exceptions=True)

    async def _next(self) -> Any:
        while (event := self._state.next_event()) is h11.NEED_DATA:
            self._state.receive_data(await self._reader.read(CHUNK))
        return event


class Web:
    """A few connections to each site (to all sites of one machine, where nothing is encrypted)."""

    def __init__(
        self, *, connections: int = CONNECTIONS, answer_s: float = ANSWER_S, patience_s: float = END_S
    ) -> None:
        """Connect when asked. A request has `answer_s` seconds, then it is asked again over another connection."""
        self._free: dict[tuple[str, int], list[Connection]] = {}
        self._slots = asyncio.Semaphore(connections)
        self._answer_s = answer_s
        self._patience_s = patience_s

    async def ask(
        self, *, site: Site, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Answer a response of 200-499; raise Unexpected for 500, Obstacle when nothing answers for too long."""
        content = b"" if body is None else msgspec.json.encode(body)
        all_headers = {"Host": site.host, "Origin": site.origin, "Accept": "application/json", **(headers or {})}
        if method != "GET":
            all_headers |= {"Content-Type": "application/json", "Content-Length": str(len(content))}
        head = h11.Request(method=method, target=path, headers=list(all_headers.items()))
        patience = Patience(where=site.origin, end_s=self._patience_s)
        while True:
            try:
                answer = await self._ask_once(site, head, content)
            except (OSError, EOFError, TimeoutError, h11.RemoteProtocolError) as error:
                await patience.wait(why=str(error) or type(error).__name__)
                continue
            if answer.status not in BUSY:
                return _expected(answer, f"{method} {site.origin}{path}")
            await patience.wait(why=f"it answers {answer.status}", at_least=answer.retry_after())

    async def knock(self, *, site: Site) -> None:
        """Raise Obstacle at once when nothing listens there: later it may be away for a while, now it must be there."""
        try:
            async with asyncio.timeout(self._answer_s):
                connection = await self._connection(site)
        except (OSError, TimeoutError) as error:
            why = str(error) or type(error).__name__
            raise Obstacle(f"nothing answers at {site.origin} ({why}): is Yunke running there?") from None
        await connection.close()

    async def get(self, *, site: Site, path: str, headers: Mapping[str, str] | None = None) -> Any:
        """Answer the JSON of a page that must be there."""
        return _wanted(await self.ask(site=site, method="GET", path=path, headers=headers), f"GET {path}").json()

    async def post(self, *, site: Site, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Any:
        """Answer the JSON of something that must be done."""
        asked = await self.ask(site=site, method="POST", path=path, body=body, headers=headers)
        return _wanted(asked, f"POST {path}").json()

    async def close(self) -> None:
        """Close what is open."""
        for connections in self._free.values():
            await asyncio.gather(*(connection.close() for connection in connections))
        self._free = {}

    async def _ask_once(self, site: Site, head: h11.Request, body: bytes) -> Answer:
        async with self._slots, asyncio.timeout(self._answer_s):
            connection = await self._connection(site)
            try:
                answer = await connection.ask(head=head, body=body)
            except BaseException:
                await connection.close()
                raise
            if connection.can_go_on():
                self._free[_key(site)].append(connection)
            else:
                await connection.close()
            return answer

    async def _connection(self, site: Site) -> Connection:
        free = self._free.setdefault(_key(site), [])
        if free:
            return free.pop()
        reader, writer = await asyncio.open_connection(
            site.peer, site.door, ssl=site.tls, server_hostname=site.name if site.tls else None
        )
        return Connection(reader=reader, writer=writer)


def _key(site: Site) -> tuple[str, int]:
    return (site.name if site.scheme == "https" else site.peer, site.port)


def _expected(answer: Answer, what: str) -> Answer:
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unexpected(f"{what} answers {answer.status}: {answer.body[:200].decode(errors='replace')}")
    return answer


def _wanted(answer: Answer, what: str) -> Answer:
    if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
        raise Unexpected(f"{what} answers {answer.status}: {answer.body[:200].decode(errors='replace')}")
    return answer
