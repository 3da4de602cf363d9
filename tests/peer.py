"""A client of live protocol v1: says frames, keeps everything it hears, and waits for what it expects."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self, TypeVar
from uuid import UUID

from django.db import connection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tenants.context import TenantRef

T = TypeVar("T")
Frame = dict[str, Any]


async def apart(work: Callable[[], T]) -> T:
    """Run work of Django's in a thread, and give its connection back."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    return await asyncio.to_thread(run)


class Peer:
    """One socket. `heard` has every frame; `next` looks only at those that it has not answered yet."""

    def __init__(self, *, port: int, tenant: TenantRef, origin: str | None = None, host: str | None = None) -> None:
        """Choose the server and the tenant's host; `async with` connects."""
        name = host or f"{tenant.slug}.localhost"
        self._connecting = connect(
            f"ws://{name}:{port}/live/v1",
            host="127.0.0.1",
            port=port,
            origin=None if origin is None else origin,  # type: ignore[arg-type] # an Origin is a str
            compression=None,
            max_size=None,
            proxy=None,
            ping_interval=None,
        )
        self.heard: list[Frame] = []
        self._unread: list[Frame] = []
        self._news = asyncio.Event()
        self.socket: ClientConnection
        self._ears: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Connect and begin to listen."""
        self.socket = await self._connecting
        self._ears = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave."""
        await self.socket.close()
        if self._ears is not None:
            await self._ears

    async def _listen(self) -> None:
        try:
            async for text in self.socket:
                frame = json.loads(text)
                self.heard.append(frame)
                self._unread.append(frame)
                self._news.set()
        except ConnectionClosed:
            pass
        self._news.set()

    async def hello(self, **said: str) -> Frame:
        """Say hello, by ticket= or resume=, and answer the welcome."""
        await self.say(type="hello", **said)
        return await self.next("welcome")

    async def say(self, **frame: object) -> None:
        """Send a frame."""
        await self.socket.send(json.dumps(frame, default=str, ensure_ascii=False))

    async def next(self, type_: str, /, *, within_s: float = 10, **fields: object) -> Frame:
        """Answer the first frame of this type, with these fields, that no call has answered; fail when none comes."""
        async with asyncio.timeout(within_s):
            while True:
                for n, frame in enumerate(self._unread):
                    if frame["type"] == type_ and all(frame.get(name) == value for name, value in fields.items()):
                        return self._unread.pop(n)
                if self.is_over:
                    raise AssertionError(
                        f"closed with {self.socket.close_code} before {type_} {fields}: {self._unread}"
                    )
                self._news.clear()
                await self._news.wait()

    async def error(self, **fields: Any) -> str:
        """Answer the code of the next error."""
        return str((await self.next("error", **fields))["code"])

    async def subscribe(self, topic: str, after: int | None = None) -> Frame:
        """Subscribe and answer the `subscribed` frame."""
        await self.say(type="subscribe", topic=topic, **({} if after is None else {"after": after}))
        return await self.next("subscribed", topic=topic)

    async def present(self, member: UUID) -> None:
        """Wait until the member is seen to be here: that they came is an event, which moves the log's position on."""
        await self.subscribe("presence")
        if str(member) not in str((await self.next("presences"))["members"]):
            await self.next("presence", member=str(member))
        await self.say(type="unsubscribe", topic="presence")

    async def send(self, conversation: object, text: str, client_id: str) -> None:
        """Post a message and do not wait for its ack."""
        await self.say(type="send", id=client_id, conversation=conversation, text=text)

    async def ping(self) -> Frame:
        """Answer the pong: everything said before it has been acted on."""
        await self.say(type="ping")
        return await self.next("pong")

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will be heard."""
        return self._ears is None or self._ears.done()

    def forget(self) -> None:
        """Forget what was heard and answered or not: whoever listens for long must not keep it all."""
        self.heard.clear()
        self._unread.clear()

    async def closed(self, *, within_s: float = 10) -> int | None:
        """Wait until the server has closed the socket; answer its code."""
        assert self._ears is not None
        await asyncio.wait_for(asyncio.shield(self._ears), within_s)
        return self.socket.close_code

    def events(self, topic: str) -> list[Frame]:
        """Answer all events that were heard on a topic, in the order heard."""
        return [frame for frame in self.heard if frame["type"] == "event" and frame["topic"] == topic]
